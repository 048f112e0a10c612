package org.yimmo.wsgi.session;

/**
 * Whether octets that arrive in pieces are UTF-8 (RFC 3629 §4): no overlong form, no surrogate,
 * nothing above U+10FFFF. What is wrong is seen at its first octet.
 */
final class Utf8 {
  private int missing; // octets of the character that has begun
  private int least = 0x80; // of the next octet of it
  private int most = 0xBF;

  /** Takes the next octets; {@code false}: they cannot be part of UTF-8. */
  boolean accept(byte[] octets, int from, int to) {
    for (int at = from; at < to; at++) {
      var octet = octets[at];
      if (octet >= 0 && missing == 0) {
        continue;
      }
      if (!(missing == 0 ? begins(octet & 0xFF) : goesOn(octet & 0xFF))) {
        return false;
      }
    }
    return true;
  }

  private boolean begins(int octet) {
    if (octet >= 0xC2 && octet <= 0xDF) {
      missing = 1;
    } else if (octet >= 0xE0 && octet <= 0xEF) {
      missing = 2;
      least = octet == 0xE0 ? 0xA0 : 0x80;
      most = octet == 0xED ? 0x9F : 0xBF;
    } else if (octet >= 0xF0 && octet <= 0xF4) {
      missing = 3;
      least = octet == 0xF0 ? 0x90 : 0x80;
      most = octet == 0xF4 ? 0x8F : 0xBF;
    }
    return missing > 0;
  }

  private boolean goesOn(int octet) {
    var good = octet >= least && octet <= most;
    least = 0x80;
    most = 0xBF;
    missing--;
    return good;
  }

  /** Whether the last character is complete. */
  boolean complete() {
    return missing == 0;
  }

  /** Whether octets are UTF-8 as a whole. */
  static boolean isValid(byte[] octets, int from, int to) {
    var check = new Utf8();
    return check.accept(octets, from, to) && check.complete();
  }
}
