package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What a decoder made of octets, as lines. */
final class Received implements FrameDecoder.Receiver {
  final List<String> lines = new ArrayList<>();
  final List<byte[]> messages = new ArrayList<>();
  private boolean closed;

  /** Gives octets in pieces of at most {@code piece} octets. */
  static Received of(
      byte[] octets, int piece, int maxMessageBytes, Optional<PerMessageDeflate> deflate) {
    var received = new Received();
    var decoder = new FrameDecoder(maxMessageBytes, deflate, received);
    try {
      for (int from = 0; from < octets.length && !received.closed; from += piece) {
        decoder.decode(octets, from, Math.min(octets.length, from + piece));
      }
    } catch (WebSocketFailure e) {
      received.lines.add("fails " + e.code);
    }
    return received;
  }

  @Override
  public void message(boolean text, byte[] content) {
    messages.add(content);
    lines.add(text ? "text " + new String(content, UTF_8) : "binary " + hex(content));
  }

  @Override
  public void ping(byte[] content) {
    lines.add("ping " + hex(content));
  }

  @Override
  public void pong(byte[] content) {
    lines.add("pong " + hex(content));
  }

  @Override
  public void close(int code, String reason) {
    lines.add("close " + code + " " + reason);
    closed = true;
  }

  @Override
  public boolean full() {
    return closed;
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
