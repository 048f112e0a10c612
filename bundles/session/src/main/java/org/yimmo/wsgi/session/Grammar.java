package org.yimmo.wsgi.session;

/** Which octets the grammars of RFC 9110, RFC 9112 and RFC 3986 allow where. */
final class Grammar {
  private static final int TOKEN = 1;
  private static final int VALUE = 2;
  private static final int TARGET = 4;
  private static final int HOST = 8;

  private static final byte[] CLASSES = classes();

  private Grammar() {}

  private static byte[] classes() {
    var classes = new byte[256];
    for (int c = 0x21; c < 0x100; c++) {
      if (c != 0x7f) {
        classes[c] |= VALUE;
        if (c != '#') {
          classes[c] |= TARGET;
        }
      }
    }
    classes[' '] |= VALUE;
    classes['\t'] |= VALUE;
    for (int c = 0; c < 0x80; c++) {
      if (Character.isLetterOrDigit(c)) {
        classes[c] |= TOKEN | HOST;
      }
    }
    mark(classes, TOKEN, "!#$%&'*+-.^_`|~");
    mark(classes, HOST, "-._~%!$&'()*+,;="); // RFC 3986 §3.2.2, reg-name
    return classes;
  }

  private static void mark(byte[] classes, int mark, String characters) {
    for (int i = 0; i < characters.length(); i++) {
      classes[characters.charAt(i)] |= (byte) mark;
    }
  }

  /** RFC 9110 §5.6.2: {@code tchar}. */
  static boolean isToken(byte octet) {
    return (CLASSES[octet & 0xff] & TOKEN) != 0;
  }

  /** RFC 9110 §5.5: visible characters, space, tab and {@code obs-text}. */
  static boolean isValue(byte octet) {
    return (CLASSES[octet & 0xff] & VALUE) != 0;
  }

  /**
   * What may stand in a request target: no space, control or fragment. Octets beyond ASCII, which
   * RFC 3986 would have percent-encoded, pass as they are: clients send them.
   */
  static boolean isTarget(byte octet) {
    return (CLASSES[octet & 0xff] & TARGET) != 0;
  }

  /** RFC 9110 §5.6.3: {@code OWS}. */
  static boolean isBlank(int octet) {
    return octet == ' ' || octet == '\t';
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** {@code uri-host [ ":" port ]} (RFC 9110 §7.2); it may be empty. */
  static boolean isHost(String value) {
    var afterHost = value.startsWith("[") ? afterLiteral(value) : afterName(value);
    if (afterHost < 0 || afterHost == value.length()) {
      return afterHost >= 0;
    }
    if (value.charAt(afterHost) != ':') {
      return false;
    }
    for (int i = afterHost + 1; i < value.length(); i++) {
      if (!isDigit(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static int afterName(String value) {
    var i = 0;
    while (i < value.length()
        && value.charAt(i) < 0x100
        && (CLASSES[value.charAt(i)] & HOST) != 0) {
      i++;
    }
    return i;
  }

  /** The end of {@code [ IPv6address ]}; -1: it is none. */
  private static int afterLiteral(String value) {
    var end = value.indexOf(']');
    if (end < 3) {
      return -1;
    }
    for (int i = 1; i < end; i++) {
      var c = value.charAt(i);
      if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
        return -1;
      }
    }
    return end + 1;
  }
}
