package org.yimmo.wsgi.session;

/**
 * Takes the chunked transfer coding off a content (RFC 9112 §7.1). Chunk extensions and trailers
 * are checked and dropped.
 */
final class ChunkedDecoder {
  private static final int MAX_SIZE_DIGITS = 15; // what fits a long
  private static final int MAX_EXTENSION_BYTES = 4096;

  private enum Expected {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILERS,
    NOTHING
  }

  private final Limits limits;
  private Expected expected = Expected.SIZE;
  private long size; // of the chunk; while there is data: what is left of it
  private int sizeDigits;
  private int extensionBytes; // of all chunks together
  private final Octets trailers = new Octets(64);

  ChunkedDecoder(Limits limits) {
    this.limits = limits;
  }

  boolean done() {
    return expected == Expected.NOTHING;
  }

  /**
   * Decodes {@code octets[from, to)} into {@code content}.
   *
   * @return the end of what was decoded: {@code to}, or less when the content ended
   */
  int decode(byte[] octets, int from, int to, ContentCollector content) throws RefusedException {
    var at = from;
    while (at < to && expected != Expected.NOTHING) {
      switch (expected) {
        case SIZE -> sizeOctet(octets[at++]);
        case EXTENSION -> extensionOctet(octets[at++]);
        case SIZE_LF -> {
          demand(octets[at++], '\n');
          beginChunk(content);
        }
        case DATA -> {
          var count = (int) Math.min(to - at, size);
          content.add(octets, at, count);
          at += count;
          size -= count;
          if (size == 0) {
            expected = Expected.DATA_CR;
          }
        }
        case DATA_CR -> {
          demand(octets[at++], '\r');
          expected = Expected.DATA_LF;
        }
        case DATA_LF -> {
          demand(octets[at++], '\n');
          expected = Expected.SIZE;
          sizeDigits = 0;
        }
        case TRAILERS -> trailerOctet(octets[at++]);
        case NOTHING -> throw new IllegalStateException();
      }
    }
    return at;
  }

  private void sizeOctet(byte octet) throws RefusedException {
    var digit = octet < 0 ? -1 : Character.digit(octet, 16);
    if (digit >= 0) {
      if (++sizeDigits > MAX_SIZE_DIGITS) {
        throw RefusedException.contentTooLarge();
      }
      size = size << 4 | digit;
      return;
    }
    if (sizeDigits == 0) {
      throw RefusedException.bad("malformed chunk size");
    }
    switch (octet) {
      case '\r' -> expected = Expected.SIZE_LF;
      case ';', ' ', '\t' -> {
        expected = Expected.EXTENSION;
        extensionBytes++;
      }
      default -> throw RefusedException.bad("malformed chunk size");
    }
  }

  private void extensionOctet(byte octet) throws RefusedException {
    if (octet == '\r') {
      expected = Expected.SIZE_LF;
    } else if (!Grammar.isValue(octet)) {
      throw RefusedException.bad("malformed chunk extension");
    } else if (++extensionBytes > MAX_EXTENSION_BYTES) {
      throw RefusedException.bad("too many chunk extensions"); // RFC 9112 §7.1.1
    }
  }

  private void beginChunk(ContentCollector content) throws RefusedException {
    if (size == 0) {
      expected = Expected.TRAILERS;
    } else if (limits.allowsBody(content.length() + size)) {
      expected = Expected.DATA;
    } else {
      throw RefusedException.contentTooLarge();
    }
  }

  private void trailerOctet(byte octet) throws RefusedException {
    trailers.add((char) (octet & 0xff));
    var length = trailers.length();
    if (length > limits.maxFieldsBytes()) {
      throw new RefusedException(Status.FIELDS_TOO_LARGE, "the trailers are too large");
    }
    if (octet != '\n') {
      return;
    }
    var section = trailers.array();
    if (length < 2 || section[length - 2] != '\r') {
      throw RefusedException.bad("a line that does not end with CRLF");
    }
    if (length == 2 || section[length - 3] == '\n') {
      FieldSection.check(section, 0, length - 2);
      expected = Expected.NOTHING;
    }
  }

  private static void demand(byte octet, char wanted) throws RefusedException {
    if (octet != wanted) {
      throw RefusedException.bad("malformed chunk");
    }
  }
}
