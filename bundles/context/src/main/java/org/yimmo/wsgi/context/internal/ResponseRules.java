package org.yimmo.wsgi.context.internal;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;

/** What an application may say in {@code start_response}. Pure functions. */
final class ResponseRules {
  /** PEP 3333, "Other HTTP Features": the server's business. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "trailers",
          "transfer-encoding",
          "upgrade");

  private static final BitSet HOP_BY_HOP_LENGTHS = new BitSet();

  static {
    HOP_BY_HOP.forEach(name -> HOP_BY_HOP_LENGTHS.set(name.length()));
  }

  /** RFC 9110 §5.6.2. */
  private static final boolean[] TOKEN_CHARACTERS = tokenCharacters();

  private ResponseRules() {}

  /**
   * Status and fields as the application gave them, as a head.
   *
   * @throws IllegalArgumentException a rule is violated; the message says which, for the
   *     application's author
   */
  static ResponseHead head(String status, List<Field> fields) {
    var code = code(status);
    var reason = status.length() > 4 ? status.substring(4) : "";
    if (!isPrintable(reason)) {
      throw unprintable("status", status);
    }
    var contentLength = ResponseHead.UNKNOWN_LENGTH;
    var builder = Fields.builder(fields.size());
    for (var field : fields) {
      requireToken(field.name());
      if (!isPrintable(field.value())) {
        throw unprintable("value of header " + field.name(), field.value());
      }
      if (isHopByHop(field.name())) {
        throw new IllegalArgumentException(
            "header " + field.name() + " is hop-by-hop: only the server may set it");
      }
      if (isContentLength(field.name())) {
        contentLength = contentLength(field.value(), contentLength);
      } else {
        builder.add(field.name(), field.value());
      }
    }
    return new ResponseHead(code, reason, builder.build(), contentLength);
  }

  private static int code(String status) {
    if (status.length() < 3
        || !isDigit(status.charAt(0))
        || !isDigit(status.charAt(1))
        || !isDigit(status.charAt(2))
        || (status.length() > 3 && status.charAt(3) != ' ')) {
      throw new IllegalArgumentException(
          "status " + quote(status) + " is not of the form '200 OK': three digits, blank, reason");
    }
    var code = Integer.parseInt(status, 0, 3, 10);
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException(
          "status " + quote(status) + " is not a final status code: 200 to 599");
    }
    return code;
  }

  static boolean isContentLength(String name) {
    return name.equalsIgnoreCase("Content-Length");
  }

  /**
   * The number that Content-Length says.
   *
   * @param before what an earlier one said, or {@link ResponseHead#UNKNOWN_LENGTH}
   */
  static long contentLength(String value, long before) {
    var valid = !value.isEmpty() && value.length() <= 18;
    for (var i = 0; valid && i < value.length(); i++) {
      valid = isDigit(value.charAt(i));
    }
    if (!valid) {
      throw new IllegalArgumentException("Content-Length " + quote(value) + " is not a number");
    }
    var length = Long.parseLong(value);
    if (before != ResponseHead.UNKNOWN_LENGTH && before != length) {
      throw new IllegalArgumentException(
          "two different Content-Lengths, " + before + " and " + length);
    }
    return length;
  }

  /** RFC 9110 §5.6.2. */
  private static void requireToken(String name) {
    var valid = !name.isEmpty();
    for (var i = 0; valid && i < name.length(); i++) {
      valid = isTokenCharacter(name.charAt(i));
    }
    if (!valid) {
      throw new IllegalArgumentException("header name " + quote(name) + " is not a token");
    }
  }

  private static boolean isTokenCharacter(char c) {
    return c < TOKEN_CHARACTERS.length && TOKEN_CHARACTERS[c];
  }

  private static boolean[] tokenCharacters() {
    var characters = new boolean[0x80];
    for (var c = 0; c < characters.length; c++) {
      characters[c] = Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
    return characters;
  }

  /** RFC 9110 §5.5: no controls but the tab; octets above 0x7F are opaque. */
  private static boolean isPrintable(String text) {
    for (var i = 0; i < text.length(); i++) {
      if (!isPrintable(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrintable(char c) {
    return (c >= ' ' && c < 0x7f) || (c > 0x7f && c <= 0xff) || c == '\t';
  }

  private static IllegalArgumentException unprintable(String what, String text) {
    var isLatin1 = text.chars().noneMatch(c -> c > 0xff);
    return new IllegalArgumentException(
        what
            + " "
            + quote(text)
            + (isLatin1
                ? " contains a control character"
                : " contains a character that Latin-1 does not have"));
  }

  private static boolean isHopByHop(String name) {
    return HOP_BY_HOP_LENGTHS.get(name.length())
        && HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String quote(String text) {
    var quoted = new StringBuilder("'");
    for (var i = 0; i < Math.min(text.length(), 80); i++) {
      var c = text.charAt(i);
      if (c < ' ' || c > 0x7e) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(text.length() > 80 ? "…'" : "'").toString();
  }
}
