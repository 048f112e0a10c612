package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Locale;

/**
 * A request line (RFC 9112 §3), or what stands for it in HTTP/2 (RFC 9113 §8.3.1).
 *
 * @param target as sent
 * @param path the path of the target; {@code "*"} for the asterisk-form
 * @param authority the authority of an absolute-form, which counts for more than the Host field
 *     (RFC 9112 §3.2.2); empty otherwise
 */
record RequestLine(
    String method, String target, String path, String query, String authority, Version version) {
  /** The version of HTTP; a later minor version of 1.1 is served as 1.1 (RFC 9110 §2.5). */
  enum Version {
    HTTP_1_0("HTTP/1.0"),
    HTTP_1_1("HTTP/1.1"),
    HTTP_2("HTTP/2");

    final String protocol;

    Version(String protocol) {
      this.protocol = protocol;
    }
  }

  private static final byte[] VERSION = "HTTP/".getBytes(ISO_8859_1);
  private static final int VERSION_LENGTH = VERSION.length + 3;

  private static final String[] METHODS = {
    "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"
  };

  /** Parses {@code octets[from, end)}, a line without its CRLF. */
  static RequestLine parse(byte[] octets, int from, int end) throws RefusedException {
    var afterMethod = from;
    while (afterMethod < end && Grammar.isToken(octets[afterMethod])) {
      afterMethod++;
    }
    if (afterMethod == from || afterMethod == end || octets[afterMethod] != ' ') {
      throw RefusedException.bad("malformed method");
    }
    var targetFrom = afterMethod + 1;
    var afterTarget = targetFrom;
    while (afterTarget < end && Grammar.isTarget(octets[afterTarget])) {
      afterTarget++;
    }
    if (afterTarget == targetFrom || afterTarget == end || octets[afterTarget] != ' ') {
      throw RefusedException.bad("malformed request target");
    }
    var version = version(octets, afterTarget + 1, end);
    var method = method(octets, from, afterMethod);
    var target = new String(octets, targetFrom, afterTarget - targetFrom, ISO_8859_1);
    return ofTarget(method, target, version);
  }

  /**
   * That of a request of HTTP/2, whose target is a path or an asterisk.
   *
   * @param target visible octets
   */
  static RequestLine ofHttp2(String method, String target) throws RefusedException {
    if (!target.startsWith("/") && !target.equals("*")) {
      throw RefusedException.bad("malformed :path");
    }
    return ofTarget(method, target, Version.HTTP_2);
  }

  /** Whether it is HTTP/1.1 or later. */
  boolean version11() {
    return version != Version.HTTP_1_0;
  }

  private static Version version(byte[] octets, int from, int end) throws RefusedException {
    if (end - from != VERSION_LENGTH
        || !Arrays.equals(octets, from, from + VERSION.length, VERSION, 0, VERSION.length)
        || !Grammar.isDigit(octets[end - 3])
        || octets[end - 2] != '.'
        || !Grammar.isDigit(octets[end - 1])) {
      throw RefusedException.bad("malformed HTTP version");
    }
    if (octets[end - 3] != '1') {
      throw new RefusedException(
          Status.VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.0 and HTTP/1.1");
    }
    return octets[end - 1] == '0' ? Version.HTTP_1_0 : Version.HTTP_1_1;
  }

  private static String method(byte[] octets, int from, int end) {
    for (var method : METHODS) {
      if (matches(method, octets, from, end)) {
        return method;
      }
    }
    return new String(octets, from, end - from, ISO_8859_1);
  }

  private static boolean matches(String text, byte[] octets, int from, int end) {
    if (text.length() != end - from) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != octets[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** The four forms of a request target (RFC 9112 §3.2). */
  private static RequestLine ofTarget(String method, String target, Version version)
      throws RefusedException {
    if (target.charAt(0) == '/') {
      return ofPath(method, target, target, "", version);
    }
    if (method.equals("CONNECT")) {
      throw new RefusedException(Status.NOT_IMPLEMENTED, "this server is no proxy");
    }
    if (target.equals("*")) {
      if (!method.equals("OPTIONS")) {
        throw RefusedException.bad("the target * is for OPTIONS");
      }
      return new RequestLine(method, target, "*", "", "", version);
    }
    var scheme = target.indexOf("://");
    if (scheme < 0 || !isHttp(target.substring(0, scheme))) {
      throw RefusedException.bad("malformed request target");
    }
    var afterAuthority = afterAuthority(target, scheme + 3);
    var authority = target.substring(scheme + 3, afterAuthority);
    if (authority.isEmpty() || !Grammar.isHost(authority)) {
      throw RefusedException.bad("malformed authority in the request target");
    }
    var pathAndQuery = target.substring(afterAuthority);
    if (pathAndQuery.isEmpty() && method.equals("OPTIONS")) {
      pathAndQuery = "*"; // RFC 9112 §3.2.4: what a proxy would have sent
    } else if (!pathAndQuery.startsWith("/")) {
      pathAndQuery = "/" + pathAndQuery; // RFC 9110 §4.2.3: an empty path is "/"
    }
    return ofPath(method, target, pathAndQuery, authority, version);
  }

  private static RequestLine ofPath(
      String method, String target, String pathAndQuery, String authority, Version version) {
    var mark = pathAndQuery.indexOf('?');
    return mark < 0
        ? new RequestLine(method, target, pathAndQuery, "", authority, version)
        : new RequestLine(
            method,
            target,
            pathAndQuery.substring(0, mark),
            pathAndQuery.substring(mark + 1),
            authority,
            version);
  }

  private static boolean isHttp(String scheme) {
    var lower = scheme.toLowerCase(Locale.ROOT);
    return lower.equals("http") || lower.equals("https");
  }

  private static int afterAuthority(String target, int from) {
    var i = from;
    while (i < target.length() && target.charAt(i) != '/' && target.charAt(i) != '?') {
      i++;
    }
    return i;
  }
}
