package org.yimmo.wsgi.application;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an application does with WebSockets: {@code opened received* closed}, in this order.
 *
 * <p>The calls for one WebSocket come one at a time. What a call throws is logged and closes that
 * WebSocket (1011); no more messages are received then.
 *
 * <p><em>Thread:</em> a worker thread. <em>Blocks:</em> as long as the application likes; what else
 * waits for this worker waits.
 */
@ConsumerType
public interface WebSocketEndpoint {
  /**
   * Limits and habits.
   *
   * @param maxMessageBytes a longer message of the client closes the connection (1009)
   * @param maxPendingBytes so much may wait for a client that does not read; more: 1013
   * @param pingInterval zero: no pings
   * @param idleTimeout a client that is silent for so long is given up; zero: never
   * @param deflate whether messages are compressed when the client can do it (RFC 7692)
   * @param protocols the sub-protocols it knows, the best first
   */
  record Settings(
      int maxMessageBytes,
      int maxPendingBytes,
      Duration pingInterval,
      Duration idleTimeout,
      boolean deflate,
      List<String> protocols) {
    /** What suits most. */
    public static Settings usual() {
      return new Settings(
          1 << 20, 1 << 20, Duration.ofSeconds(30), Duration.ofSeconds(90), true, List.of());
    }
  }

  default Settings settings() {
    return Settings.usual();
  }

  default void opened(WebSocket socket) throws Exception {}

  /** A whole message. Text is valid UTF-8. <em>Owner:</em> the endpoint. */
  void received(WebSocket socket, boolean text, ByteBuffer content) throws Exception;

  /**
   * The connection is closed, or about to be.
   *
   * @param code as in RFC 6455 §7.4; 1005: the client gave none, 1006: it has just gone
   */
  default void closed(WebSocket socket, int code, String reason) throws Exception {}
}
