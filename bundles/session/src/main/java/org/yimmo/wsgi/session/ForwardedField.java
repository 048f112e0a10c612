package org.yimmo.wsgi.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yimmo.wsgi.session.Forwarding.Hop;

/** Parses the field {@code Forwarded} (RFC 7239 §4). */
final class ForwardedField {
  private final String value;
  private int at;

  private ForwardedField(String value) {
    this.value = value;
  }

  /** What each proxy says, the nearest one last; nothing if anything is malformed. */
  static List<Hop> parse(String value) {
    return new ForwardedField(value).hops();
  }

  private List<Hop> hops() {
    var hops = new ArrayList<Hop>();
    var pairs = new HashMap<String, String>();
    while (at < value.length()) {
      skipBlanks();
      if (at < value.length() && value.charAt(at) != ',' && value.charAt(at) != ';') {
        if (!pair(pairs)) {
          return List.of();
        }
        skipBlanks();
      }
      if (at == value.length() || value.charAt(at) == ',') {
        if (!pairs.isEmpty()) { // RFC 9110 §5.6.1: empty elements of a list count for nothing
          hops.add(hop(pairs));
          pairs.clear();
        }
      } else if (value.charAt(at) != ';') {
        return List.of();
      }
      at++;
    }
    if (!pairs.isEmpty()) {
      hops.add(hop(pairs));
    }
    return hops;
  }

  private static Hop hop(Map<String, String> pairs) {
    return new Hop(
        pairs.getOrDefault("for", ""),
        pairs.getOrDefault("proto", ""),
        pairs.getOrDefault("host", ""),
        "");
  }

  /** {@code token "=" (token / quoted-string)}; {@code false}: it is not, or comes twice. */
  private boolean pair(Map<String, String> pairs) {
    var name = token().toLowerCase(Locale.ROOT);
    if (name.isEmpty() || at == value.length() || value.charAt(at) != '=') {
      return false;
    }
    at++;
    var quoted = at < value.length() && value.charAt(at) == '"';
    var text = new StringBuilder();
    if (quoted ? !quotedString(text) : text.append(token()).isEmpty()) {
      return false;
    }
    return pairs.put(name, text.toString()) == null;
  }

  private String token() {
    var from = at;
    while (at < value.length()
        && value.charAt(at) < 0x80
        && Grammar.isToken((byte) value.charAt(at))) {
      at++;
    }
    return value.substring(from, at);
  }

  /** RFC 9110 §5.6.4; {@code false}: it does not end. */
  private boolean quotedString(StringBuilder text) {
    at++;
    while (at < value.length() && value.charAt(at) != '"') {
      if (value.charAt(at) == '\\') {
        at++;
      }
      if (at < value.length()) {
        text.append(value.charAt(at++));
      }
    }
    at++;
    return at <= value.length();
  }

  private void skipBlanks() {
    while (at < value.length() && Grammar.isBlank(value.charAt(at))) {
      at++;
    }
  }
}
