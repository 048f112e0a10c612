package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The header of the PROXY protocol, version 1 (a line of text) or 2 (binary), as the specification
 * of HAProxy has it (proxy-protocol.txt).
 *
 * @param length of the header in octets; 0: it is not complete
 * @param ends what it tells; empty: the ends are those of the connection itself
 */
record ProxyHeader(int length, Optional<Ends> ends) {
  private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(US_ASCII);
  private static final byte[] SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
  private static final int MAX_LINE = 107;
  private static final int FIXED_2 = 16;
  private static final int MAX_2 = 4096;
  private static final int UNIX_BYTES = 216;
  private static final int TYPE_SSL = 0x20;
  private static final int CLIENT_SSL = 0x01;
  private static final ProxyHeader INCOMPLETE = new ProxyHeader(0, Optional.empty());

  /** Both ends of the connection to the proxy; a unix socket has neither address nor port. */
  record Ends(
      String source, int sourcePort, String destination, int destinationPort, boolean secure) {}

  /** These octets are no such header, and cannot become one. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  /** Decodes what is at the front of the octets, which stay as they are. */
  static ProxyHeader decode(ByteBuffer octets) throws MalformedException {
    var header = octets.duplicate();
    if (!header.hasRemaining()) {
      return INCOMPLETE;
    }
    return header.get(header.position()) == SIGNATURE_2[0] ? version2(header) : version1(header);
  }

  private static void checkSignature(ByteBuffer header, byte[] signature)
      throws MalformedException {
    var count = Math.min(header.remaining(), signature.length);
    for (int i = 0; i < count; i++) {
      if (header.get(header.position() + i) != signature[i]) {
        throw new MalformedException("it does not begin with a PROXY header");
      }
    }
  }

  // --- version 1

  private static ProxyHeader version1(ByteBuffer header) throws MalformedException {
    checkSignature(header, SIGNATURE_1);
    var available = Math.min(header.remaining(), MAX_LINE);
    var octets = new byte[available];
    header.get(octets);
    var text = new String(octets, ISO_8859_1);
    var end = text.indexOf("\r\n");
    if (end < 0) {
      if (available == MAX_LINE) {
        throw new MalformedException("its PROXY line is too long");
      }
      return INCOMPLETE;
    }
    var words = text.substring(0, end).split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return new ProxyHeader(end + 2, Optional.empty());
    }
    var octetsOfAddress =
        switch (words[1]) {
          case "TCP4" -> 4;
          case "TCP6" -> 16;
          default -> throw new MalformedException("its PROXY line names no known protocol");
        };
    if (words.length != 6) {
      throw new MalformedException("its PROXY line has not six words");
    }
    var ends =
        new Ends(
            address(words[2], octetsOfAddress),
            port(words[4]),
            address(words[3], octetsOfAddress),
            port(words[5]),
            false);
    return new ProxyHeader(end + 2, Optional.of(ends));
  }

  private static String address(String text, int octets) throws MalformedException {
    var parsed = text.contains("%") ? null : NetUtil.createByteArrayFromIpAddressString(text);
    if (parsed == null || parsed.length != octets) {
      throw new MalformedException("its PROXY line has a malformed address");
    }
    return text(parsed);
  }

  private static int port(String text) throws MalformedException {
    if (!text.matches("0|[1-9]\\d{0,4}") || Integer.parseInt(text) > 65535) {
      throw new MalformedException("its PROXY line has a malformed port");
    }
    return Integer.parseInt(text);
  }

  // --- version 2

  private static ProxyHeader version2(ByteBuffer header) throws MalformedException {
    checkSignature(header, SIGNATURE_2);
    if (header.remaining() < FIXED_2) {
      return INCOMPLETE;
    }
    header.position(header.position() + SIGNATURE_2.length);
    var versionAndCommand = header.get() & 0xff;
    var family = header.get() & 0xff;
    var length = header.getShort() & 0xffff;
    if (versionAndCommand >> 4 != 2) {
      throw new MalformedException("its PROXY header has an unknown version");
    }
    var command = versionAndCommand & 0xf;
    if (command > 1) {
      throw new MalformedException("its PROXY header has an unknown command");
    }
    if (length > MAX_2) {
      throw new MalformedException("its PROXY header is too long");
    }
    if (header.remaining() < length) {
      return INCOMPLETE;
    }
    header.limit(header.position() + length);
    var isLocal = command == 0; // a health check of the proxy: it speaks for itself
    return new ProxyHeader(FIXED_2 + length, isLocal ? Optional.empty() : ends(family, header));
  }

  private static Optional<Ends> ends(int family, ByteBuffer header) throws MalformedException {
    return switch (family) {
      case 0x11 -> Optional.of(internet(header, 4));
      case 0x21 -> Optional.of(internet(header, 16));
      case 0x31 -> {
        need(header, UNIX_BYTES);
        header.position(header.position() + UNIX_BYTES);
        yield Optional.of(new Ends("", 0, "", 0, secure(header)));
      }
      case 0x00 -> Optional.empty();
      default -> throw new MalformedException("its PROXY header names no known protocol");
    };
  }

  private static Ends internet(ByteBuffer header, int octets) throws MalformedException {
    need(header, 2 * octets + 4);
    var source = new byte[octets];
    var destination = new byte[octets];
    header.get(source).get(destination);
    var sourcePort = header.getShort() & 0xffff;
    var destinationPort = header.getShort() & 0xffff;
    return new Ends(text(source), sourcePort, text(destination), destinationPort, secure(header));
  }

  private static void need(ByteBuffer header, int octets) throws MalformedException {
    if (header.remaining() < octets) {
      throw new MalformedException("its PROXY header is too short for its addresses");
    }
  }

  /** Whether the client came to the proxy under TLS: bit 0 of the value of PP2_TYPE_SSL. */
  private static boolean secure(ByteBuffer values) throws MalformedException {
    var secure = false;
    while (values.hasRemaining()) {
      if (values.remaining() < 3) {
        throw new MalformedException("its PROXY header ends within a value");
      }
      var type = values.get() & 0xff;
      var length = values.getShort() & 0xffff;
      if (values.remaining() < length) {
        throw new MalformedException("its PROXY header ends within a value");
      }
      secure |= type == TYPE_SSL && length > 0 && (values.get(values.position()) & CLIENT_SSL) != 0;
      values.position(values.position() + length);
    }
    return secure;
  }

  private static String text(byte[] address) {
    try {
      return NetUtil.toAddressString(InetAddress.getByAddress(address));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + address.length + " octets", e);
    }
  }
}
