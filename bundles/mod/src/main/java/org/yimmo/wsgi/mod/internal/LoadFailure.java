package org.yimmo.wsgi.mod.internal;

/** The application cannot be loaded; the message ends with one sentence that says why. */
final class LoadFailure extends Exception {
  private static final long serialVersionUID = 1L;

  LoadFailure(String message) {
    super(message);
  }
}
