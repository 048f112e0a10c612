package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;
import org.yimmo.wsgi.exchange.Fields;

/**
 * The field section of a request, and what it says about framing and the connection.
 *
 * @param contentLength {@link #NO_LENGTH} when there is no such field
 * @param chunked the content is chunked, and nothing else
 * @param hosts how many Host fields there are
 * @param host the value of the last Host field, or empty
 * @param upgrade whether Connection names Upgrade (RFC 9110 §7.8)
 * @param webSocket whether Upgrade names WebSocket
 */
record FieldSection(
    Fields fields,
    long contentLength,
    boolean chunked,
    int hosts,
    String host,
    boolean close,
    boolean keepAlive,
    boolean upgrade,
    boolean webSocket,
    Expectation expectation) {
  static final long NO_LENGTH = -1;

  private static final int MAX_LENGTH_DIGITS = 18; // what fits a long

  /** The Expect field (RFC 9110 §10.1.1). */
  enum Expectation {
    NONE,
    CONTINUE,
    UNKNOWN
  }

  /**
   * Parses {@code octets[from, end)}: field lines, each with its CRLF, without the empty line. The
   * caller has seen to it that each LF follows a CR and that the last two octets are CRLF.
   */
  static FieldSection parse(byte[] octets, int from, int end) throws RefusedException {
    var parser = new Parser();
    for (int at = from; at < end; ) {
      at = parser.line(octets, at);
    }
    return parser.section();
  }

  /** The same fields with another host. */
  static Fields withHost(Fields fields, String authority) {
    var changed = Fields.builder(fields.size() + 1).add("Host", authority);
    for (int i = 0; i < fields.size(); i++) {
      if (!fields.name(i).equalsIgnoreCase("Host")) {
        changed.add(fields.name(i), fields.value(i));
      }
    }
    return changed.build();
  }

  /** Checks field lines without keeping them: the trailers of a chunked content. */
  static void check(byte[] octets, int from, int end) throws RefusedException {
    for (int at = from; at < end; ) {
      var colon = nameEnd(octets, at);
      at = valueEnd(octets, colon + 1) + 2;
    }
  }

  /** The colon after the field name that begins at {@code from}. */
  private static int nameEnd(byte[] octets, int from) throws RefusedException {
    var at = from;
    while (Grammar.isToken(octets[at])) {
      at++;
    }
    // RFC 9112 §5.1: no whitespace before the colon; §5.2: no line folding
    if (at == from || octets[at] != ':') {
      throw RefusedException.bad("malformed field name");
    }
    return at;
  }

  /** The CRLF after the field value that begins at {@code from}. */
  private static int valueEnd(byte[] octets, int from) throws RefusedException {
    var at = from;
    while (Grammar.isValue(octets[at])) {
      at++;
    }
    if (octets[at] != '\r' || octets[at + 1] != '\n') {
      throw RefusedException.bad("control character in a field value");
    }
    return at;
  }

  /** What is known after some of the lines. */
  static final class Parser {
    private final Fields.Builder fields = Fields.builder(16);
    private long contentLength = NO_LENGTH;
    private String transferEncoding = "";
    private boolean hasTransferEncoding;
    private int hosts;
    private String host = "";
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    private boolean webSocket;
    private Expectation expectation = Expectation.NONE;

    int line(byte[] octets, int from) throws RefusedException {
      var colon = nameEnd(octets, from);
      var end = valueEnd(octets, colon + 1);
      var first = colon + 1;
      while (Grammar.isBlank(octets[first])) {
        first++;
      }
      var last = end;
      while (last > first && Grammar.isBlank(octets[last - 1])) {
        last--;
      }
      var name = FieldNames.of(octets, from, colon);
      add(name, new String(octets, first, last - first, ISO_8859_1));
      return end + 2;
    }

    /** A field whose name and value are well-formed. */
    void add(String name, String value) throws RefusedException {
      fields.add(name, value);
      note(name, value);
    }

    private void note(String name, String value) throws RefusedException {
      switch (name.length()) {
        case 4 -> {
          if (name.equalsIgnoreCase("Host")) {
            hosts++;
            host = value;
          }
        }
        case 6 -> {
          if (name.equalsIgnoreCase("Expect")) {
            noteExpect(value);
          }
        }
        case 7 -> {
          if (name.equalsIgnoreCase("Upgrade")) {
            noteUpgrade(value);
          }
        }
        case 10 -> {
          if (name.equalsIgnoreCase("Connection")) {
            noteConnection(value);
          }
        }
        case 14 -> {
          if (name.equalsIgnoreCase("Content-Length")) {
            noteContentLength(value);
          }
        }
        case 17 -> {
          if (name.equalsIgnoreCase("Transfer-Encoding")) {
            transferEncoding = hasTransferEncoding ? transferEncoding + "," + value : value;
            hasTransferEncoding = true;
          }
        }
        default -> {}
      }
    }

    private void noteExpect(String value) {
      var known = value.equalsIgnoreCase("100-continue") && expectation != Expectation.UNKNOWN;
      expectation = known ? Expectation.CONTINUE : Expectation.UNKNOWN;
    }

    private void noteConnection(String value) {
      for (var option : value.split(",", -1)) {
        var name = option.strip();
        close |= name.equalsIgnoreCase("close");
        keepAlive |= name.equalsIgnoreCase("keep-alive");
        upgrade |= name.equalsIgnoreCase("upgrade");
      }
    }

    private void noteUpgrade(String value) {
      for (var protocol : value.split(",", -1)) {
        webSocket |= protocol.strip().equalsIgnoreCase("websocket");
      }
    }

    private void noteContentLength(String value) throws RefusedException {
      // RFC 9112 §6.3 lets a recipient accept a list of equal lengths; who sends one is up to
      // something, so it is refused
      if (contentLength != NO_LENGTH || value.isEmpty()) {
        throw RefusedException.bad("malformed Content-Length");
      }
      for (int i = 0; i < value.length(); i++) {
        if (!Grammar.isDigit(value.charAt(i))) {
          throw RefusedException.bad("malformed Content-Length");
        }
      }
      if (value.length() > MAX_LENGTH_DIGITS) {
        throw RefusedException.contentTooLarge();
      }
      contentLength = Long.parseLong(value);
    }

    FieldSection section() throws RefusedException {
      if (hasTransferEncoding && contentLength != NO_LENGTH) {
        throw RefusedException.bad("both Transfer-Encoding and Content-Length");
      }
      var chunked = hasTransferEncoding && isChunked(transferEncoding);
      return new FieldSection(
          fields.build(),
          contentLength,
          chunked,
          hosts,
          host,
          close,
          keepAlive,
          upgrade,
          webSocket,
          expectation);
    }

    /** RFC 9112 §6.1, §6.3: chunked once and last; this server knows no other coding. */
    private static boolean isChunked(String value) throws RefusedException {
      var codings = value.toLowerCase(Locale.ROOT).split(",", -1);
      var chunked = 0;
      for (var coding : codings) {
        if (coding.strip().equals("chunked")) {
          chunked++;
        }
      }
      if (chunked != 1 || !codings[codings.length - 1].strip().equals("chunked")) {
        throw RefusedException.bad("Transfer-Encoding does not end with a single chunked");
      }
      if (codings.length > 1) {
        throw new RefusedException(
            Status.NOT_IMPLEMENTED, "this server knows no transfer coding but chunked");
      }
      return true;
    }
  }
}
