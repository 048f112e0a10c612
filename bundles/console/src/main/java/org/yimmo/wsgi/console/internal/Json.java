package org.yimmo.wsgi.console.internal;

import java.util.List;
import java.util.Map;

/** What a command gave, as JSON (RFC 8259). */
final class Json {
  private Json() {}

  static String of(Object value) {
    var text = new StringBuilder();
    append(text, value);
    return text.toString();
  }

  /**
   * @throws IllegalArgumentException it is no JSON
   */
  static Object parse(String text) {
    return new JsonParser(text).parse();
  }

  private static void append(StringBuilder text, Object value) {
    switch (value) {
      case null -> text.append("null");
      case Number number -> text.append(number);
      case Boolean flag -> text.append(flag);
      case Map<?, ?> map -> append(text, map);
      case List<?> list -> append(text, list);
      default -> append(text, value.toString());
    }
  }

  private static void append(StringBuilder text, Map<?, ?> map) {
    text.append('{');
    var separator = "";
    for (var entry : map.entrySet()) {
      text.append(separator);
      append(text, String.valueOf(entry.getKey()));
      text.append(':');
      append(text, entry.getValue());
      separator = ",";
    }
    text.append('}');
  }

  private static void append(StringBuilder text, List<?> list) {
    text.append('[');
    var separator = "";
    for (var element : list) {
      text.append(separator);
      append(text, element);
      separator = ",";
    }
    text.append(']');
  }

  private static void append(StringBuilder text, String string) {
    text.append('"');
    for (var i = 0; i < string.length(); i++) {
      var c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
