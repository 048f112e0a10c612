package org.yimmo.wsgi.server.internal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Private keys of older forms as PKCS #8 (RFC 5208 §5), the only one that the JDK reads: the same
 * octets with the algorithm before them. The encoding is DER (X.690).
 */
final class Pkcs8 {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int PARAMETERS = 0xa0; // [0] of RFC 5915 §3

  private static final byte[] VERSION = HexFormat.of().parseHex("020100");
  private static final byte[] RSA_ENCRYPTION =
      HexFormat.of().parseHex("300d06092a864886f70d0101010500"); // RFC 8017, A.1, with NULL
  private static final byte[] EC_PUBLIC_KEY =
      HexFormat.of().parseHex("06072a8648ce3d0201"); // RFC 5480 §2.1.1

  private Pkcs8() {}

  /** From PKCS #1 (RFC 8017, A.1.2): {@code BEGIN RSA PRIVATE KEY}. */
  static byte[] ofRsa(byte[] key) {
    return wrapped(RSA_ENCRYPTION, key);
  }

  /**
   * From SEC 1 (RFC 5915): {@code BEGIN EC PRIVATE KEY}.
   *
   * @throws IllegalArgumentException it is none, or does not name its curve
   */
  static byte[] ofEc(byte[] key) {
    try {
      var fields = content(SEQUENCE, ByteBuffer.wrap(key));
      content(INTEGER, fields);
      content(OCTET_STRING, fields);
      var curve = content(PARAMETERS, fields);
      return wrapped(element(SEQUENCE, EC_PUBLIC_KEY, octets(curve)), key);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it is no key of EC that names its curve", e);
    }
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION, algorithm, element(OCTET_STRING, key));
  }

  private static byte[] element(int tag, byte[]... parts) {
    var length = 0;
    for (var part : parts) {
      length += part.length;
    }
    var element = ByteBuffer.allocate(4 + length).put((byte) tag);
    if (length < 0x80) {
      element.put((byte) length);
    } else if (length < 0x100) {
      element.put((byte) 0x81).put((byte) length);
    } else {
      element.put((byte) 0x82).putShort((short) length);
    }
    for (var part : parts) {
      element.put(part);
    }
    return octets(element.flip());
  }

  /** What is in the next element, which must have that tag. */
  private static ByteBuffer content(int tag, ByteBuffer from) {
    if ((from.get() & 0xff) != tag) {
      throw new BufferUnderflowException();
    }
    var first = from.get() & 0xff;
    var length =
        switch (first) {
          case 0x81 -> from.get() & 0xff;
          case 0x82 -> from.getShort() & 0xffff;
          default -> first;
        };
    if (length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    var content = from.slice(from.position(), length);
    from.position(from.position() + length);
    return content;
  }

  private static byte[] octets(ByteBuffer buffer) {
    var octets = new byte[buffer.remaining()];
    buffer.get(octets);
    return octets;
  }
}
