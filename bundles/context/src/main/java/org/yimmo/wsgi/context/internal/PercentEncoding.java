package org.yimmo.wsgi.context.internal;

import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986 §2.1) to native strings (PEP 3333, "Unicode Issues"). */
final class PercentEncoding {
  private PercentEncoding() {}

  /**
   * Decodes a path to one Latin-1 character per octet. A {@code %} that two hexadecimal digits do
   * not follow stands for itself, as in Python's {@code urllib.parse.unquote}.
   */
  static String decode(String encoded) {
    var percent = encoded.indexOf('%');
    if (percent < 0) {
      return encoded;
    }
    var octets = encoded.getBytes(StandardCharsets.ISO_8859_1);
    var length = percent;
    for (var i = percent; i < octets.length; i++) {
      if (octets[i] == '%' && i + 2 < octets.length) {
        var high = Character.digit(octets[i + 1], 16);
        var low = Character.digit(octets[i + 2], 16);
        if (high >= 0 && low >= 0) {
          octets[length++] = (byte) (high << 4 | low);
          i += 2;
          continue;
        }
      }
      octets[length++] = octets[i];
    }
    return new String(octets, 0, length, StandardCharsets.ISO_8859_1);
  }
}
