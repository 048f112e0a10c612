package org.yimmo.wsgi.mod.internal;

import java.util.Optional;

/** Thrown below an upcall to make the upcall raise a Python exception. */
final class Raise extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<ErrorType> type;

  private Raise(Optional<ErrorType> type, String message) {
    super(message, null, false, false);
    this.type = type;
  }

  Raise(ErrorType type, String message) {
    this(Optional.of(type), message);
  }

  /** The error indicator of Python is set already. */
  static Raise asSet() {
    return new Raise(Optional.empty(), "");
  }

  /** What to raise; empty: it is set already. */
  Optional<ErrorType> type() {
    return type;
  }
}
