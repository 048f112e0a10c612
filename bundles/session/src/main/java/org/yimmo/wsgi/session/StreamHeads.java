package org.yimmo.wsgi.session;

import java.util.Arrays;

/**
 * Makes heads of the field lists of one HTTP/2 connection (RFC 9113 §8.2, §8.3). What is malformed
 * is refused as a bad request.
 *
 * <p>Clients repeat themselves: what was right is not looked at again, and equal {@code Fields} are
 * the same object, as with {@link HeadDecoder}.
 */
final class StreamHeads {
  private static final String CROSSING = "; "; // between crumbs of a cookie, RFC 9113 §8.2.3
  private static final CharSequence[] NOTHING = {};
  private static final int MAX_REMEMBERED = 128; // names and values

  private final Limits limits;

  private CharSequence[] last = NOTHING; // names and values of the last request
  private int lastPseudo; // as far as these go in it
  private String lastAuthority = "";
  private RequestHead head;

  // the pseudo-header fields of the list that is being looked at; null: there is no such field
  private CharSequence method;
  private CharSequence scheme;
  private CharSequence authority;
  private CharSequence path;

  StreamHeads(Limits limits) {
    this.limits = limits;
  }

  /**
   * The head of a request.
   *
   * @param list {@code [0, length)} is name, value, name, value …, as received; one Latin-1
   *     character per octet. It is not kept
   */
  RequestHead decode(CharSequence[] list, int length) throws RefusedException {
    if (isLast(list, length)) {
      return head;
    }
    var pseudo = decodePseudo(list, length);
    var sameFields =
        head != null
            && authority != null
            && lastAuthority.contentEquals(authority)
            && Arrays.equals(list, pseudo, length, last, lastPseudo, last.length);
    var section = sameFields ? head.section() : section(list, pseudo, length);
    var decoded = new RequestHead(line(), section);
    decoded.check();
    remember(list, pseudo, length, decoded);
    return decoded;
  }

  private boolean isLast(CharSequence[] list, int length) {
    return head != null && Arrays.equals(list, 0, length, last, 0, last.length);
  }

  private void remember(CharSequence[] list, int pseudo, int length, RequestHead decoded) {
    var kept = length <= MAX_REMEMBERED && authority != null;
    last = kept ? Arrays.copyOf(list, length) : NOTHING;
    lastPseudo = kept ? pseudo : 0;
    lastAuthority = kept ? authority.toString() : "";
    head = kept ? decoded : null;
  }

  /** Returns where the other fields begin. */
  private int decodePseudo(CharSequence[] list, int length) throws RefusedException {
    method = null;
    scheme = null;
    authority = null;
    path = null;
    var at = 0;
    for (; at < length && isPseudo(list[at]); at += 2) {
      var value = list[at + 1];
      switch (list[at].toString()) {
        case ":method" -> method = once(method, value);
        case ":scheme" -> scheme = once(scheme, value);
        case ":authority" -> authority = once(authority, value);
        case ":path" -> path = once(path, value);
        default -> throw RefusedException.bad("unknown pseudo-header field");
      }
    }
    return at;
  }

  private static boolean isPseudo(CharSequence name) {
    return !name.isEmpty() && name.charAt(0) == ':';
  }

  private static CharSequence once(CharSequence before, CharSequence value)
      throws RefusedException {
    if (before != null) {
      throw RefusedException.bad("a pseudo-header field twice");
    }
    return value;
  }

  private RequestLine line() throws RefusedException {
    if (method == null || !isToken(method.toString())) {
      throw RefusedException.bad("malformed :method");
    }
    if (method.toString().equals("CONNECT")) {
      throw new RefusedException(Status.NOT_IMPLEMENTED, "this server is no proxy");
    }
    if (scheme == null || !(isScheme("http") || isScheme("https"))) {
      throw RefusedException.bad("malformed :scheme");
    }
    if (path == null || path.isEmpty()) {
      throw RefusedException.bad("malformed :path");
    }
    var target = path.toString();
    if (target.length() > limits.maxLineBytes()) {
      throw new RefusedException(Status.URI_TOO_LONG, "the request target is too long");
    }
    for (int i = 0; i < target.length(); i++) {
      if (target.charAt(i) > 0xff || !Grammar.isTarget((byte) target.charAt(i))) {
        throw RefusedException.bad("malformed :path");
      }
    }
    return RequestLine.ofHttp2(method.toString(), target);
  }

  /** What the connection is counts for the application, and not what the client calls it. */
  private boolean isScheme(String name) {
    return scheme.toString().equalsIgnoreCase(name);
  }

  /** The fields of the application, {@code :authority} first, as the Host that it stands for. */
  private FieldSection section(CharSequence[] list, int from, int length) throws RefusedException {
    checkSize(list, length);
    var parser = new FieldSection.Parser();
    if (authority != null) {
      parser.add("Host", authority.toString());
    }
    var cookieSeen = false;
    for (int i = from; i < length; i += 2) {
      var name = list[i].toString();
      var value = list[i + 1].toString();
      check(name, value);
      if (name.equals("cookie")) {
        if (!cookieSeen) {
          cookieSeen = true;
          parser.add(name, cookie(list, i, length));
        }
      } else if (authority == null || !name.equals("host")) {
        parser.add(name, value);
      } else if (!lowerHost(value).equals(lowerHost(authority.toString()))) {
        throw RefusedException.bad("Host differs from :authority"); // RFC 9113 §8.3.1
      }
    }
    return parser.section();
  }

  private static String lowerHost(String host) {
    return host.toLowerCase(java.util.Locale.ROOT);
  }

  /** The size that these fields would have in HTTP/1. */
  private void checkSize(CharSequence[] list, int length) throws RefusedException {
    long bytes = 0;
    for (int i = 0; i < length; i += 2) {
      if (!isPseudo(list[i])) {
        bytes += list[i].length() + list[i + 1].length() + 4L;
      }
    }
    if (bytes > limits.maxFieldsBytes()) {
      throw fieldsTooLarge();
    }
  }

  static RefusedException fieldsTooLarge() {
    return new RefusedException(Status.FIELDS_TOO_LARGE, "the fields are too large");
  }

  private static String cookie(CharSequence[] list, int from, int length) throws RefusedException {
    var crumbs = new StringBuilder();
    for (int i = from; i < length; i += 2) {
      if (list[i].toString().equals("cookie")) {
        check("cookie", list[i + 1].toString());
        crumbs.append(crumbs.isEmpty() ? "" : CROSSING).append(list[i + 1]);
      }
    }
    return crumbs.toString();
  }

  private static void check(String name, String value) throws RefusedException {
    if (!isToken(name) || !isLowerCase(name)) {
      throw RefusedException.bad("malformed field name"); // a pseudo-header field, too
    }
    if (!isValue(value)) {
      throw RefusedException.bad("malformed field value");
    }
    switch (name) { // RFC 9113 §8.2.2
      case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
          throw RefusedException.bad("a field of the connection");
      case "te" -> {
        if (!value.equalsIgnoreCase("trailers")) {
          throw RefusedException.bad("TE is not trailers");
        }
      }
      default -> {}
    }
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f || !Grammar.isToken((byte) text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isLowerCase(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 'A' && text.charAt(i) <= 'Z') {
        return false;
      }
    }
    return true;
  }

  /** RFC 9113 §8.2.1: no blank at either end. */
  private static boolean isValue(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xff || !Grammar.isValue((byte) text.charAt(i))) {
        return false;
      }
    }
    return text.isEmpty()
        || !(Grammar.isBlank(text.charAt(0)) || Grammar.isBlank(text.charAt(text.length() - 1)));
  }
}
