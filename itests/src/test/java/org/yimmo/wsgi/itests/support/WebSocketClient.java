package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A WebSocket of the JDK, as a well-behaved client; what comes is a line in a queue: the text,
 * {@code binary …}, {@code closed CODE}.
 */
public final class WebSocketClient implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
  private final HttpClient http;
  private final WebSocket socket;

  private WebSocketClient(HttpClient http, URI uri, UnaryOperator<WebSocket.Builder> handshake)
      throws Exception {
    this.http = http;
    socket =
        handshake
            .apply(http.newWebSocketBuilder())
            .buildAsync(uri, this)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Connects to a port of 127.0.0.1. */
  public static WebSocketClient to(int port, String target) throws Exception {
    return to(port, target, UnaryOperator.identity());
  }

  /** Likewise, with further fields or sub-protocols in the handshake. */
  public static WebSocketClient to(
      int port, String target, UnaryOperator<WebSocket.Builder> handshake) throws Exception {
    return to(HttpClient.newHttpClient(), URI.create("ws://127.0.0.1:" + port + target), handshake);
  }

  /** Likewise, with a client that knows more, such as certificates. <em>Owner:</em> this. */
  public static WebSocketClient to(
      HttpClient http, URI uri, UnaryOperator<WebSocket.Builder> handshake) throws Exception {
    return new WebSocketClient(http, uri, handshake);
  }

  /** The sub-protocol that the server chose, or empty. */
  public String protocol() {
    return socket.getSubprotocol();
  }

  public void text(String message) throws Exception {
    socket.sendText(message, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a text as a binary message. */
  public void binary(String message) throws Exception {
    var content = ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8));
    socket.sendBinary(content, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  public void close(int code, String reason) throws Exception {
    socket.sendClose(code, reason).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The next that comes; null when nothing does. */
  public String next() throws InterruptedException {
    return received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      received.add(text.toString());
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
    var content = new byte[part.remaining()];
    part.get(content);
    octets.writeBytes(content);
    if (last) {
      received.add("binary " + octets.toString(StandardCharsets.UTF_8));
      octets.reset();
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    received.add("closed " + code);
    return null;
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    assertNull(received.peek(), "more came than was expected");
  }
}
