package org.yimmo.wsgi.context.internal;

/** Port numbers as text, each made once: the same ports occur in request after request. */
final class Decimals {
  private static final String[] TEXTS = new String[1 << 16];

  private Decimals() {}

  /**
   * @param port 0 to 65535
   */
  static String text(int port) {
    // A race makes the same text twice; Strings are safe to publish this way.
    var text = TEXTS[port];
    if (text == null) {
      text = Integer.toString(port);
      TEXTS[port] = text;
    }
    return text;
  }
}
