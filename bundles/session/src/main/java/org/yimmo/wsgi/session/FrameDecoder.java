package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Turns the octets of a client into messages, by the rules of RFC 6455 §5 to §8: frames, masking,
 * fragmentation with control frames in between, UTF-8, sizes, and permessage-deflate.
 *
 * <p>A message is collected as it arrives; nothing is reserved because a frame announces it.
 */
final class FrameDecoder {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] NOTHING = {};
  private static final int SHORTEST_ARRAY = 64;

  /** Who gets what was received. */
  interface Receiver {
    /** A whole message. <em>Owner:</em> the receiver. */
    void message(boolean text, byte[] content);

    void ping(byte[] content);

    void pong(byte[] content);

    /**
     * The last frame.
     *
     * @param code {@link CloseCode#NO_STATUS} when there was none
     */
    void close(int code, String reason);

    /** Whether nothing more is wanted at the moment, or at all. */
    boolean full();
  }

  private enum Part {
    FIRST_OCTET,
    LENGTH,
    LONG_LENGTH,
    KEY,
    PAYLOAD
  }

  private final int maxMessageBytes;
  private final Optional<PerMessageDeflate> deflate;
  private final Receiver receiver;

  // the frame
  private Part part = Part.FIRST_OCTET;
  private int opcode;
  private boolean fin;
  private boolean compressedFrame;
  private int numberOctets; // of a length or a key, still to come
  private int leastLength; // that needs so many octets: fewer MUST be used where they do (§5.2)
  private long remaining; // of the payload
  private int key;
  private final byte[] control = new byte[Opcode.MAX_CONTROL_BYTES];
  private int controlLength;

  // the message
  private int messageOpcode = Opcode.CONTINUATION; // none
  private boolean compressed;
  private byte[] message = NOTHING;
  private int length;
  private Utf8 utf8 = new Utf8();

  /**
   * A decoder at the first frame.
   *
   * @param maxMessageBytes a longer message fails the connection
   * @param deflate what messages may be compressed with; empty: nothing was agreed on
   */
  FrameDecoder(int maxMessageBytes, Optional<PerMessageDeflate> deflate, Receiver receiver) {
    this.maxMessageBytes = maxMessageBytes;
    this.deflate = deflate;
    this.receiver = receiver;
  }

  /**
   * Takes octets, until the receiver is full.
   *
   * @return the end of what was taken
   */
  int decode(byte[] octets, int from, int to) throws WebSocketFailure {
    var at = from;
    while (at < to && !receiver.full()) {
      switch (part) {
        case FIRST_OCTET -> begin(octets[at++] & 0xFF);
        case LENGTH -> shortLength(octets[at++] & 0xFF);
        case LONG_LENGTH -> longLength(octets[at++] & 0xFF);
        case KEY -> key(octets[at++] & 0xFF);
        case PAYLOAD -> {
          var count = (int) Math.min(remaining, to - at);
          payload(octets, at, count);
          at += count;
        }
      }
    }
    return at;
  }

  // --- the head of a frame (RFC 6455 §5.2)

  private void begin(int octet) throws WebSocketFailure {
    fin = (octet & Opcode.FIN) != 0;
    opcode = octet & Opcode.MASK;
    compressedFrame = (octet & Opcode.RSV1) != 0;
    if (!Opcode.isKnown(opcode)) {
      throw WebSocketFailure.protocol("unknown opcode");
    }
    // RFC 7692 §6: only the first frame of a message
    var mayBeCompressed = deflate.isPresent() && (opcode == Opcode.TEXT || opcode == Opcode.BINARY);
    if ((octet & Opcode.RSV2_RSV3) != 0 || (compressedFrame && !mayBeCompressed)) {
      throw WebSocketFailure.protocol("reserved bit");
    }
    if (Opcode.isControl(opcode)) {
      if (!fin) {
        throw WebSocketFailure.protocol("fragmented control frame"); // §5.4
      }
    } else if ((opcode == Opcode.CONTINUATION) == (messageOpcode == Opcode.CONTINUATION)) {
      throw WebSocketFailure.protocol(
          opcode == Opcode.CONTINUATION
              ? "continuation of no message"
              : "message within a message"); // §5.4
    }
    part = Part.LENGTH;
  }

  private void shortLength(int octet) throws WebSocketFailure {
    if ((octet & 0x80) == 0) {
      throw WebSocketFailure.protocol("unmasked frame"); // §5.1
    }
    remaining = octet & 0x7F;
    if (Opcode.isControl(opcode) && remaining > Opcode.MAX_CONTROL_BYTES) {
      throw WebSocketFailure.protocol("control frame longer than 125 octets"); // §5.5
    }
    if (remaining > Opcode.MAX_CONTROL_BYTES) {
      numberOctets = remaining == 126 ? 2 : 8;
      leastLength = remaining == 126 ? Opcode.MAX_CONTROL_BYTES + 1 : 1 << 16;
      remaining = 0;
      part = Part.LONG_LENGTH;
    } else {
      headEnds();
    }
  }

  private void longLength(int octet) throws WebSocketFailure {
    if (remaining == 0 && numberOctets == 8 && octet >= 0x80) {
      throw WebSocketFailure.protocol("length with its first bit set");
    }
    remaining = remaining << 8 | octet;
    numberOctets--;
    if (numberOctets == 0) {
      if (remaining < leastLength) {
        throw WebSocketFailure.protocol("length in more octets than it needs");
      }
      headEnds();
    }
  }

  private void headEnds() throws WebSocketFailure {
    if (!Opcode.isControl(opcode)) {
      if (opcode != Opcode.CONTINUATION) {
        compressed = compressedFrame;
      }
      var most = compressed ? PerMessageDeflate.mostCompressed(maxMessageBytes) : maxMessageBytes;
      if (remaining > most - length) {
        throw new WebSocketFailure(CloseCode.TOO_LARGE, "the message is too large");
      }
    }
    key = 0;
    numberOctets = 4;
    part = Part.KEY;
  }

  private void key(int octet) throws WebSocketFailure {
    key = key << 8 | octet;
    numberOctets--;
    if (numberOctets == 0) {
      part = Part.PAYLOAD;
      if (!Opcode.isControl(opcode) && opcode != Opcode.CONTINUATION) {
        messageOpcode = opcode;
      }
      if (remaining == 0) {
        frameEnds();
      }
    }
  }

  // --- the payload

  private void payload(byte[] octets, int from, int count) throws WebSocketFailure {
    if (Opcode.isControl(opcode)) {
      unmask(octets, from, control, controlLength, count);
      controlLength += count;
    } else {
      reserve(count);
      unmask(octets, from, message, length, count);
      if (messageOpcode == Opcode.TEXT
          && !compressed
          && !utf8.accept(message, length, length + count)) {
        throw invalidText();
      }
      length += count;
    }
    remaining -= count;
    if (remaining == 0) {
      frameEnds();
    }
  }

  private void reserve(int count) {
    var needed = length + count;
    if (message.length < needed) {
      // exact for what comes at once, and never more than the frame can need
      var grown = Math.min(2L * message.length, length + Math.max(remaining, SHORTEST_ARRAY));
      message = Arrays.copyOf(message, (int) Math.max(grown, needed));
    }
  }

  /** RFC 6455 §5.3; the key is turned so that its first octet is that of the next call. */
  private void unmask(byte[] source, int from, byte[] target, int to, int count) {
    var mask = (key & 0xFFFFFFFFL) << 32 | (key & 0xFFFFFFFFL);
    int i = 0;
    for (; i + 8 <= count; i += 8) {
      LONGS.set(target, to + i, (long) LONGS.get(source, from + i) ^ mask);
    }
    for (; i < count; i++) {
      target[to + i] = (byte) (source[from + i] ^ (key >> (24 - 8 * (i & 3))));
    }
    key = Integer.rotateLeft(key, 8 * (count & 3));
  }

  // --- the end of a frame

  private void frameEnds() throws WebSocketFailure {
    part = Part.FIRST_OCTET;
    switch (opcode) {
      case Opcode.CLOSE -> closes(takeControl());
      case Opcode.PING -> receiver.ping(takeControl());
      case Opcode.PONG -> receiver.pong(takeControl());
      default -> {
        if (fin) {
          messageEnds();
        }
      }
    }
  }

  private byte[] takeControl() {
    var content = Arrays.copyOf(control, controlLength);
    controlLength = 0;
    return content;
  }

  private void messageEnds() throws WebSocketFailure {
    var text = messageOpcode == Opcode.TEXT;
    var content = compressed ? inflated(text) : collected(text);
    messageOpcode = Opcode.CONTINUATION;
    compressed = false;
    message = NOTHING;
    length = 0;
    utf8 = new Utf8();
    receiver.message(text, content);
  }

  private byte[] collected(boolean text) throws WebSocketFailure {
    if (text && !utf8.complete()) {
      throw invalidText();
    }
    return message.length == length ? message : Arrays.copyOf(message, length);
  }

  private byte[] inflated(boolean text) throws WebSocketFailure {
    var content = deflate.orElseThrow().inflate(message, length, maxMessageBytes);
    if (text && !Utf8.isValid(content, 0, content.length)) {
      throw invalidText();
    }
    return content;
  }

  private static WebSocketFailure invalidText() {
    return new WebSocketFailure(CloseCode.INVALID_DATA, "text that is not UTF-8");
  }

  /** RFC 6455 §5.5.1, §7.4. */
  private void closes(byte[] content) throws WebSocketFailure {
    if (content.length == 0) {
      receiver.close(CloseCode.NO_STATUS, "");
      return;
    }
    var code = content.length == 1 ? 0 : ((content[0] & 0xFF) << 8) | (content[1] & 0xFF);
    if (!CloseCode.maySend(code)) {
      throw WebSocketFailure.protocol("invalid close code");
    }
    if (!Utf8.isValid(content, 2, content.length)) {
      throw invalidText();
    }
    receiver.close(code, new String(content, 2, content.length - 2, UTF_8));
  }
}
