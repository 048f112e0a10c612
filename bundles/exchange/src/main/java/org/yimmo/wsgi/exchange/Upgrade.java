package org.yimmo.wsgi.exchange;

/** What a request says about a change of the protocol to WebSocket (RFC 6455 §4.2.1). */
public enum Upgrade {
  /** It asks for none. */
  NONE,
  /** It is a handshake. */
  WEB_SOCKET,
  /** It would be a handshake of another version. */
  OTHER_VERSION,
  /** It would be a handshake, but breaks a rule. */
  BAD
}
