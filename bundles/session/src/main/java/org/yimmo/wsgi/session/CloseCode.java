package org.yimmo.wsgi.session;

/** Why a WebSocket is closed (RFC 6455 §7.4 and the registry that it founded). */
final class CloseCode {
  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int PROTOCOL_ERROR = 1002;
  static final int INVALID_DATA = 1007;
  static final int TOO_LARGE = 1009;
  static final int INTERNAL_ERROR = 1011;

  /** No code was sent; never in a frame. */
  static final int NO_STATUS = 1005;

  /** The connection ended without a Close frame; never in a frame. */
  static final int ABNORMAL = 1006;

  private static final int RESERVED = 1004;
  private static final int LAST_REGISTERED = 1014;
  private static final int FIRST_OF_LIBRARIES = 3000;
  private static final int LAST_OF_APPLICATIONS = 4999;

  private CloseCode() {}

  /** Whether a code may be in a frame. */
  static boolean maySend(int code) {
    var registered =
        code >= NORMAL
            && code <= LAST_REGISTERED
            && code != RESERVED
            && code != NO_STATUS
            && code != ABNORMAL;
    return registered || (code >= FIRST_OF_LIBRARIES && code <= LAST_OF_APPLICATIONS);
  }
}
