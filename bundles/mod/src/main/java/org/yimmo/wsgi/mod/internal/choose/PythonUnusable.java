package org.yimmo.wsgi.mod.internal.choose;

/** There is no CPython to run the application with; the message says why and what to do. */
public final class PythonUnusable extends Exception {
  private static final long serialVersionUID = 1L;

  public PythonUnusable(String message) {
    super(message);
  }

  public PythonUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
