package org.yimmo.wsgi.console.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259): objects as maps, arrays as lists, whole numbers as {@link Long}. */
final class JsonParser {
  private final String text;
  private int at;

  JsonParser(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException it is no JSON
   */
  Object parse() {
    var value = value();
    skipBlanks();
    if (at < text.length()) {
      throw unexpected();
    }
    return value;
  }

  private Object value() {
    skipBlanks();
    return switch (next()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    var object = new LinkedHashMap<String, Object>();
    take('{');
    for (var first = true; !ended('}', first); first = false) {
      skipBlanks();
      var name = string();
      skipBlanks();
      take(':');
      object.put(name, value());
    }
    return object;
  }

  private List<Object> array() {
    var array = new ArrayList<Object>();
    take('[');
    for (var first = true; !ended(']', first); first = false) {
      array.add(value());
    }
    return array;
  }

  /** Whether the end was there; if not, and but for the first element, a comma was. */
  private boolean ended(char end, boolean first) {
    skipBlanks();
    if (next() == end) {
      at++;
      return true;
    }
    if (!first) {
      take(',');
    }
    return false;
  }

  private String string() {
    var string = new StringBuilder();
    take('"');
    for (var c = next(); c != '"'; c = next()) {
      at++;
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    var c = next();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw unexpected();
        }
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> throw unexpected();
    };
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private Number number() {
    var start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    var digits = text.substring(start, at);
    if (digits.isEmpty()) {
      throw unexpected();
    }
    return digits.matches("-?\\d{1,18}") ? (Number) Long.valueOf(digits) : Double.valueOf(digits);
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char next() {
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void take(char expected) {
    if (next() != expected) {
      throw unexpected();
    }
    at++;
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("no JSON from character " + at + " on");
  }
}
