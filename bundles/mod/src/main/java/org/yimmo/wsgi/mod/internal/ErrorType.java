package org.yimmo.wsgi.mod.internal;

/** The built-in exceptions that this bundle raises. */
enum ErrorType {
  ASSERTION_ERROR("PyExc_AssertionError"),
  BROKEN_PIPE_ERROR("PyExc_BrokenPipeError"),
  MEMORY_ERROR("PyExc_MemoryError"),
  OS_ERROR("PyExc_OSError"),
  RECURSION_ERROR("PyExc_RecursionError"),
  RUNTIME_ERROR("PyExc_RuntimeError"),
  SYSTEM_ERROR("PyExc_SystemError"),
  TYPE_ERROR("PyExc_TypeError"),
  VALUE_ERROR("PyExc_ValueError");

  private final String symbol;

  ErrorType(String symbol) {
    this.symbol = symbol;
  }

  /** The variable of libpython that points to the class. */
  String symbol() {
    return symbol;
  }
}
