package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Frames as a client sends them, written out. */
final class Frames {
  private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};

  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

  static Frames of() {
    return new Frames();
  }

  /** A masked frame; the first octet holds FIN, the reserved bits and the opcode. */
  Frames frame(int first, byte[] payload) {
    head(first, payload.length);
    for (int i = 0; i < payload.length; i++) {
      octets.write(payload[i] ^ KEY[i & 3]);
    }
    return this;
  }

  Frames frame(int first, String payload) {
    return frame(first, payload.getBytes(UTF_8));
  }

  /** A masked frame of octets in hexadecimal digits. */
  Frames hex(int first, String digits) {
    return frame(first, HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  /** The head of a masked frame with the shortest form of its length. */
  Frames head(int first, long length) {
    octets.write(first);
    if (length < 126) {
      octets.write(0x80 | (int) length);
    } else if (length < 65536) {
      octets.write(0x80 | 126);
      number(length, 2);
    } else {
      octets.write(0x80 | 127);
      number(length, 8);
    }
    octets.writeBytes(KEY);
    return this;
  }

  private void number(long number, int size) {
    for (int i = size - 1; i >= 0; i--) {
      octets.write((int) (number >> (8 * i)));
    }
  }

  /** Octets as they are. */
  Frames raw(String digits) {
    octets.writeBytes(HexFormat.of().parseHex(digits.replace(" ", "")));
    return this;
  }

  byte[] octets() {
    return octets.toByteArray();
  }
}
