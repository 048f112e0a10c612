package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** A WebSocket as literal frames, so that rules can be broken (RFC 6455 §5.2). */
public final class WebSocketWire implements AutoCloseable {
  public static final int FIN = 0x80;
  public static final int RSV1 = 0x40;
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  private static final byte[] KEY = {0x12, 0x34, (byte) 0xAB, (byte) 0xCD};

  private final Wire wire;
  private final Reply handshake;
  private final DataInputStream in;

  /** A frame of the server. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  public record Frame(int firstOctet, byte[] payload) {
    public int opcode() {
      return firstOctet & 0xF;
    }

    public boolean compressed() {
      return (firstOctet & RSV1) != 0;
    }

    /** The payload as text. */
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** The code and the reason of a close; 1005 when there is none. */
    public String end() {
      assertEquals(FIN | CLOSE, firstOctet, this::toString);
      return payload.length == 0
          ? "1005"
          : (Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort())
                  + " "
                  + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8))
              .strip();
    }

    @Override
    public String toString() {
      return "%02x %d octets: %.100s".formatted(firstOctet, payload.length, text());
    }
  }

  private WebSocketWire(Wire wire, Reply handshake) {
    this.wire = wire;
    this.handshake = handshake;
    in = new DataInputStream(wire.stream());
  }

  /**
   * Asks for a WebSocket and gets it. <em>Owner:</em> what is returned.
   *
   * @param fields lines of the request, without their ends
   */
  public static WebSocketWire open(Wire wire, String target, String... fields) {
    var reply = wire.send(handshake(target, fields)).head();
    assertEquals(101, reply.status(), reply::toString);
    assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", reply.field("Sec-WebSocket-Accept").orElse(""));
    return new WebSocketWire(wire, reply);
  }

  /** A request for a WebSocket, with the key of RFC 6455 §1.2. */
  public static String handshake(String target, String... fields) {
    var lines =
        Stream.concat(
            Stream.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13"),
            Stream.of(fields));
    return Requests.get(target, lines.toArray(String[]::new));
  }

  public Reply handshake() {
    return handshake;
  }

  public WebSocketWire send(int firstOctet, String text) {
    return send(firstOctet, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a frame, masked. */
  public WebSocketWire send(int firstOctet, byte[] payload) {
    var octets = ByteBuffer.allocate(14 + payload.length).put((byte) firstOctet);
    if (payload.length < 126) {
      octets.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      octets.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      octets.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    octets.put(KEY);
    for (int i = 0; i < payload.length; i++) {
      octets.put((byte) (payload[i] ^ KEY[i & 3]));
    }
    wire.send(octets.array(), 0, octets.position());
    return this;
  }

  /** Sends octets as they are. */
  public WebSocketWire sendRaw(byte... octets) {
    wire.send(octets);
    return this;
  }

  /** Sends a close frame. */
  public WebSocketWire sendClose(int code, String reason) {
    var text = reason.getBytes(StandardCharsets.UTF_8);
    return send(
        FIN | CLOSE, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
  }

  /** The next frame. */
  public Frame next() {
    try {
      var firstOctet = in.readUnsignedByte();
      var length = in.readUnsignedByte();
      assertEquals(0, length & 0x80, "a server masks nothing (RFC 6455 §5.1)");
      var size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      var payload = new byte[Math.toIntExact(size)];
      in.readFully(payload);
      return new Frame(firstOctet, payload);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a frame", e);
    }
  }

  /** Whether the server closes the connection; what comes before is dropped. */
  public boolean ended() {
    return wire.ended();
  }

  @Override
  public void close() {
    wire.close();
  }
}
