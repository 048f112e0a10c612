package org.yimmo.wsgi.mod.internal;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Makes what is thrown below an upcall a Python exception: one that escaped would end the JVM.
 *
 * <p><em>Thread:</em> one that holds the GIL.
 */
final class Failures {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");

  private final Python py;
  private final String type;

  /**
   * @param type whose methods these upcalls are
   */
  Failures(Python py, String type) {
    this.py = py;
    this.type = type;
  }

  /** Sets the error indicator. Returns what an upcall returns then. */
  long raise(Throwable failure) {
    try {
      setError(failure);
    } catch (Throwable e) { // Python raises SystemError for NULL without an exception
      LOG.log(System.Logger.Level.ERROR, "cannot raise a Python exception", e);
    }
    return 0;
  }

  private void setError(Throwable failure) {
    switch (failure) {
      case Raise raise -> raise.type().ifPresent(error -> py.raise(error, raise.getMessage()));
      case PythonException e -> py.raise(ErrorType.VALUE_ERROR, text(e));
      case IllegalArgumentException e -> py.raise(ErrorType.VALUE_ERROR, text(e));
      case IllegalStateException e -> py.raise(ErrorType.ASSERTION_ERROR, text(e));
      case IOException e -> py.raise(ErrorType.OS_ERROR, text(e));
      case UncheckedIOException e -> py.raise(ErrorType.OS_ERROR, text(e));
      case StackOverflowError _ ->
          py.raise(ErrorType.RECURSION_ERROR, "the stack of the thread is used up");
      case OutOfMemoryError _ -> py.raise(ErrorType.MEMORY_ERROR, "the heap of the server is full");
      default -> {
        LOG.log(System.Logger.Level.ERROR, "fault in a method of " + type, failure);
        py.raise(ErrorType.SYSTEM_ERROR, "internal fault of the server: " + failure);
      }
    }
  }

  static String text(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
