package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;

/**
 * Writes the heads of responses (RFC 9112 §4, §5).
 *
 * <p><em>Thread:</em> the I/O thread; there is one encoder, whose octets are valid until its next
 * call.
 */
final class ResponseEncoder {
  private static final byte[] CRLF = "\r\n".getBytes(ISO_8859_1);
  private static final byte[] SERVER = "Server: yimmo-wsgi\r\n".getBytes(ISO_8859_1);
  private static final byte[] CONTENT_LENGTH = "Content-Length: ".getBytes(ISO_8859_1);
  private static final byte[] CHUNKED = "Transfer-Encoding: chunked\r\n".getBytes(ISO_8859_1);
  private static final byte[] CLOSE = "Connection: close\r\n".getBytes(ISO_8859_1);
  private static final byte[] KEEP_ALIVE = "Connection: keep-alive\r\n".getBytes(ISO_8859_1);
  private static final int MAX_STATUS = 599;

  private static final int KEPT_FIELDS = 64; // a power of two
  private static final int MAX_KEPT_BYTES = 1024;

  private final Octets octets = new Octets(4096);

  // the field lines of heads that applications repeat, by the identity of their fields
  private final Fields[] keptFields = new Fields[KEPT_FIELDS];
  private final FieldLines[] keptLines = new FieldLines[KEPT_FIELDS];

  // the last status line of each status code: an application has one reason phrase for each
  private final String[] reasons = new String[MAX_STATUS + 1];
  private final byte[][] statusLines = new byte[MAX_STATUS + 1][];

  private final HttpDate date = new HttpDate();
  private String lastDate = "";
  private byte[] dateLine = CRLF;

  /** What the head says about the connection (RFC 9112 §9.3). */
  enum ConnectionOption {
    NONE,
    CLOSE,
    KEEP_ALIVE
  }

  /**
   * @param contentLength what Content-Length says; negative: no such field
   * @param chunked whether the content will be chunked
   */
  Octets head(ResponseHead head, long contentLength, boolean chunked, ConnectionOption connection) {
    octets.clear().add(statusLine(head.status(), head.reason()));
    var lines = fieldLines(head.fields());
    octets.add(lines.octets);
    if (!lines.hasDate) {
      octets.add(dateLine());
    }
    if (!lines.hasServer) {
      octets.add(SERVER);
    }
    if (contentLength >= 0) {
      octets.add(CONTENT_LENGTH).addDecimal(contentLength).add(CRLF);
    }
    if (chunked) {
      octets.add(CHUNKED);
    }
    switch (connection) {
      case NONE -> {}
      case CLOSE -> octets.add(CLOSE);
      case KEEP_ALIVE -> octets.add(KEEP_ALIVE);
    }
    return octets.add(CRLF);
  }

  /** The fields of an application as they are sent. */
  private static final class FieldLines {
    private final byte[] octets;
    private final boolean hasDate;
    private final boolean hasServer;

    FieldLines(Fields fields) {
      var lines = new Octets(256);
      for (int i = 0; i < fields.size(); i++) {
        lines.add(fields.name(i)).add(':').add(' ').add(fields.value(i)).add(CRLF);
      }
      octets = lines.copy();
      hasDate = fields.contains("Date");
      hasServer = fields.contains("Server");
    }
  }

  @SuppressWarnings("ReferenceEquality") // equal ones are not worth a comparison
  private FieldLines fieldLines(Fields fields) {
    var slot = System.identityHashCode(fields) & KEPT_FIELDS - 1;
    if (keptFields[slot] == fields) {
      return keptLines[slot];
    }
    var lines = new FieldLines(fields);
    if (lines.octets.length <= MAX_KEPT_BYTES) {
      keptFields[slot] = fields;
      keptLines[slot] = lines;
    }
    return lines;
  }

  /** The line before the octets of a chunk (RFC 9112 §7.1). */
  Octets chunkSize(int bytes) {
    return octets.clear().addHexadecimal(bytes).add(CRLF);
  }

  private byte[] statusLine(int status, String reason) {
    if (!reason.equals(reasons[status])) {
      reasons[status] = reason;
      statusLines[status] = ("HTTP/1.1 " + status + " " + reason + "\r\n").getBytes(ISO_8859_1);
    }
    return statusLines[status];
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object for a second
  private byte[] dateLine() {
    var now = date.now();
    if (now != lastDate) {
      lastDate = now;
      dateLine = ("Date: " + now + "\r\n").getBytes(ISO_8859_1);
    }
    return dateLine;
  }
}
