package org.yimmo.wsgi.itests.support;

import java.nio.charset.StandardCharsets;

/** Requests as octets, one per character. */
public final class Requests {
  private Requests() {}

  /** Without content; {@code fields} are whole lines. */
  public static String request(String method, String target, String... fields) {
    return method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\n" + lines(fields) + "\r\n";
  }

  public static String get(String target, String... fields) {
    return request("GET", target, fields);
  }

  /** With content, one octet per character. */
  public static String post(String target, String type, String content, String... fields) {
    return "POST "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + lines(fields)
        + "Content-Type: "
        + type
        + "\r\nContent-Length: "
        + content.length()
        + "\r\n\r\n"
        + content;
  }

  public static String form(String target, String content, String... fields) {
    return post(target, "application/x-www-form-urlencoded", content, fields);
  }

  /** {@code text} as one character per octet of its UTF-8 form. */
  public static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String lines(String... fields) {
    return fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
  }
}
