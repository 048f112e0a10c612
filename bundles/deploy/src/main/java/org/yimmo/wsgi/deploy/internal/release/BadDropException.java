package org.yimmo.wsgi.deploy.internal.release;

/** A drop cannot become a release; the message is for the operator and says what to do. */
public final class BadDropException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadDropException(String message) {
    super(message);
  }

  BadDropException(String message, Throwable cause) {
    super(message, cause);
  }
}
