package org.yimmo.wsgi.application;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A WebSocket (RFC 6455), as its endpoint sees it.
 *
 * <p><em>Thread:</em> any. <em>Blocks:</em> never.
 */
@ProviderType
public interface WebSocket {
  /** The environ of the handshake; it has no content. */
  Environ environ();

  /** The sub-protocol that was chosen, or empty. */
  String protocol();

  /**
   * Sends a text message.
   *
   * @return as {@link #send(int, ByteBuffer)}
   */
  boolean send(String text);

  /**
   * Sends a frame; what is in the buffer is copied.
   *
   * @param firstOctet FIN (128) and the opcode, as in RFC 6455 §5.2, but no Close
   * @return {@code false}: it was not sent, because the connection is closed, or now gets closed
   *     (1013) because its client does not read
   */
  boolean send(int firstOctet, ByteBuffer payload);

  /** Begins the closing handshake: no message is served any more. Later calls do nothing. */
  void close(int code, String reason);

  /** Whether nothing can be sent any more. */
  boolean closed();

  /** Octets that were sent and are not in the socket yet. */
  long pendingBytes();
}
