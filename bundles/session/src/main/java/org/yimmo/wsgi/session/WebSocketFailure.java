package org.yimmo.wsgi.session;

/** The client broke a rule of RFC 6455: the connection fails with this code (§7.1.7). */
final class WebSocketFailure extends Exception {
  private static final long serialVersionUID = 1L;

  final int code;

  /** Without a stack trace: the client's fault is no news, and must not cost much. */
  WebSocketFailure(int code, String reason) {
    super(reason, null, false, false);
    this.code = code;
  }

  static WebSocketFailure protocol(String reason) {
    return new WebSocketFailure(CloseCode.PROTOCOL_ERROR, reason);
  }
}
