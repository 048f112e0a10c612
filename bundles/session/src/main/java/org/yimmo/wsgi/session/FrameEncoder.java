package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The heads of frames that a server sends: they are not masked (RFC 6455 §5.1, §5.2). */
final class FrameEncoder {
  private static final int MAX_REASON_BYTES = Opcode.MAX_CONTROL_BYTES - 2;

  private FrameEncoder() {}

  /**
   * The octets before a payload.
   *
   * @param firstOctet opcode and bits, as in {@link Opcode}
   */
  static byte[] head(int firstOctet, int length) {
    if (length < 126) {
      return new byte[] {(byte) firstOctet, (byte) length};
    }
    if (length < 1 << 16) {
      return new byte[] {(byte) firstOctet, 126, (byte) (length >> 8), (byte) length};
    }
    return new byte[] {
      (byte) firstOctet,
      127,
      0,
      0,
      0,
      0,
      (byte) (length >> 24),
      (byte) (length >> 16),
      (byte) (length >> 8),
      (byte) length
    };
  }

  /**
   * The payload of a Close frame; what does not fit of the reason is left out.
   *
   * @param code {@link CloseCode#NO_STATUS}: an empty one
   */
  static byte[] close(int code, String reason) {
    if (code == CloseCode.NO_STATUS) {
      return new byte[0];
    }
    var text = reason.getBytes(UTF_8);
    var length = Math.min(text.length, MAX_REASON_BYTES);
    while (length < text.length && length > 0 && (text[length] & 0xC0) == 0x80) {
      length--; // not within a character
    }
    var payload = new byte[2 + length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, length);
    return payload;
  }
}
