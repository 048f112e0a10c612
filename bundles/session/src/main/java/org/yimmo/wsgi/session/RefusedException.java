package org.yimmo.wsgi.session;

/** A request that is answered by the server itself; the message is for the client. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  final Status status;

  /** Without a stack trace: the client's fault is no news, and must not cost much. */
  RefusedException(Status status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static RefusedException bad(String message) {
    return new RefusedException(Status.BAD_REQUEST, message);
  }
}
