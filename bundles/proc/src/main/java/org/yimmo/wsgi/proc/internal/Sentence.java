package org.yimmo.wsgi.proc.internal;

/** What is said to the one who started the server. */
public final class Sentence {
  private Sentence() {}

  /** The last line says what is wrong, and who says so; a traceback may stand before it. */
  public static String of(String message) {
    var text = message.stripTrailing();
    var last = text.lastIndexOf('\n') + 1;
    return text.substring(0, last) + "yimmo-wsgi: " + text.substring(last);
  }
}
