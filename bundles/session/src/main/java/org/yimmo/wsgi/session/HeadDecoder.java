package org.yimmo.wsgi.session;

import java.util.Arrays;

/**
 * Finds and parses the heads of the requests of one session (RFC 9112 §2 to §5).
 *
 * <p>Clients repeat themselves: a head whose octets equal those of the last one is not parsed
 * again, nor is a field section. So equal {@code Fields} are the same object, and whoever derives
 * something from them can keep it.
 */
final class HeadDecoder {
  private static final int MAX_REMEMBERED_BYTES = 4096;
  private static final byte[] NOTHING = {};

  private final Limits limits;

  private byte[] lastOctets = NOTHING;
  private int lastLineLength; // with its CRLF
  private RequestHead head;

  // how far an incomplete head was looked at, from its first octet
  private int scanned;
  private int lineStart;
  private int requestLineLength; // with its CRLF; 0: not complete

  HeadDecoder(Limits limits) {
    this.limits = limits;
  }

  /** The head that {@link #decode} found. */
  RequestHead head() {
    return head;
  }

  /**
   * Looks for a head at {@code octets[from, to)}; after 0 it is called again with the same octets
   * and more.
   *
   * @return the length of the head; 0: it is not complete
   */
  int decode(byte[] octets, int from, int to) throws RefusedException {
    if (scanned == 0) {
      if (isLast(octets, from, to)) {
        return lastOctets.length;
      }
      if (!Grammar.isToken(octets[from])) {
        throw RefusedException.bad("malformed method"); // at once: this may be TLS, and wait for us
      }
    }
    var length = scan(octets, from, to);
    if (length > 0) {
      parse(octets, from, length);
      scanned = 0;
      lineStart = 0;
      requestLineLength = 0;
    }
    return length;
  }

  private boolean isLast(byte[] octets, int from, int to) {
    var length = lastOctets.length;
    return length > 0
        && to - from >= length
        && Arrays.equals(octets, from, from + length, lastOctets, 0, length);
  }

  private int scan(byte[] octets, int from, int to) throws RefusedException {
    for (int at = from + scanned; at < to; at++) {
      if (octets[at] == '\n') {
        // RFC 9112 §2.2 lets a recipient take a bare LF for a line end; others on the way may not
        if (at == from || octets[at - 1] != '\r') {
          throw RefusedException.bad("a line that does not end with CRLF");
        }
        var length = at + 1 - from;
        if (length - lineStart == 2) {
          checkLimits(length);
          return length;
        }
        if (requestLineLength == 0) {
          requestLineLength = length;
          checkLimits(length);
        }
        lineStart = length;
      }
    }
    scanned = to - from;
    checkLimits(scanned);
    return 0;
  }

  private void checkLimits(int length) throws RefusedException {
    if (requestLineLength == 0) {
      if (length > limits.maxLineBytes() + 2) {
        throw new RefusedException(Status.URI_TOO_LONG, "the request line is too long");
      }
    } else if (requestLineLength > limits.maxLineBytes() + 2) {
      throw new RefusedException(Status.URI_TOO_LONG, "the request line is too long");
    } else if (length - requestLineLength > limits.maxFieldsBytes()) {
      throw new RefusedException(Status.FIELDS_TOO_LARGE, "the fields are too large");
    }
  }

  private void parse(byte[] octets, int from, int length) throws RefusedException {
    var fieldsFrom = from + requestLineLength;
    var end = from + length;
    var line = RequestLine.parse(octets, from, fieldsFrom - 2);
    var sameFields =
        head != null
            && Arrays.equals(
                octets, fieldsFrom, end, lastOctets, lastLineLength, lastOctets.length);
    var section = sameFields ? head.section() : FieldSection.parse(octets, fieldsFrom, end - 2);
    head = new RequestHead(line, section);
    if (length <= MAX_REMEMBERED_BYTES) {
      lastOctets = Arrays.copyOfRange(octets, from, end);
      lastLineLength = requestLineLength;
    } else {
      lastOctets = NOTHING;
      lastLineLength = 0;
    }
  }
}
