package org.yimmo.wsgi.session;

/** Why the server ends a stream with RST_STREAM (RFC 9113 §7). */
public enum StreamError {
  /** The response is complete, and the rest of the request is not wanted. */
  NO_ERROR(0x0),
  /** The request is malformed. */
  PROTOCOL_ERROR(0x1),
  /** The response cannot be completed. */
  INTERNAL_ERROR(0x2),
  /** The client takes nothing of the response. */
  CANCEL(0x8);

  private final int code;

  StreamError(int code) {
    this.code = code;
  }

  /** As it is sent. */
  public int code() {
    return code;
  }
}
