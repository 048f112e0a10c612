package org.yimmo.wsgi.cli.internal;

/** A text that is no value of its kind; the message says what would be one. */
final class UnfitValue extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitValue(String needed) {
    super(needed);
  }
}
