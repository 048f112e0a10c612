package org.yimmo.wsgi.context.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of request fields as names of CGI variables (RFC 3875 §4.1.18).
 *
 * <p>The same spelling always gives the same object, and so do all spellings of the names that are
 * known here. What clients make up is translated anew when {@link #MAX_KEPT} is reached, so that
 * they cannot fill the memory.
 */
final class FieldNames {
  static final String CONTENT_LENGTH = "CONTENT_LENGTH";
  static final String CONTENT_TYPE = "CONTENT_TYPE";
  static final String COOKIE = "HTTP_COOKIE";

  /** The transfer coding was removed with the chunks: the application does not see it. */
  static final String TRANSFER_ENCODING = "";

  /**
   * For a name with an underscore: it could pass for the name with a hyphen, which a proxy may have
   * checked (CVE-2015-0219).
   */
  static final String DROPPED = "_";

  private static final int MAX_KEPT = 512;
  private static final Map<String, String> KEPT = new ConcurrentHashMap<>();

  private FieldNames() {}

  static String variable(String fieldName) {
    var known = KEPT.get(fieldName);
    if (known != null) {
      return known;
    }
    var variable = translate(fieldName).intern();
    if (KEPT.size() < MAX_KEPT) {
      KEPT.put(fieldName, variable);
    }
    return variable;
  }

  private static String translate(String fieldName) {
    if (fieldName.indexOf('_') >= 0) {
      return DROPPED;
    }
    var name = new StringBuilder(fieldName.length() + 5).append("HTTP_");
    for (var i = 0; i < fieldName.length(); i++) {
      var c = fieldName.charAt(i);
      name.append(c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
    }
    return switch (name.toString()) {
      case "HTTP_CONTENT_LENGTH" -> CONTENT_LENGTH;
      case "HTTP_CONTENT_TYPE" -> CONTENT_TYPE;
      case "HTTP_TRANSFER_ENCODING" -> TRANSFER_ENCODING;
      case String variable -> variable;
    };
  }
}
