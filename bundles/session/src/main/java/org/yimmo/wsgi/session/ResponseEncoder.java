package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
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

  /** RFC 9110 §5.6.7: IMF-fixdate. */
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Octets octets = new Octets(4096);

  // the last status line of each status code: an application has one reason phrase for each
  private final String[] reasons = new String[MAX_STATUS + 1];
  private final byte[][] statusLines = new byte[MAX_STATUS + 1][];

  private long dateSecond = Long.MIN_VALUE;
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
    var fields = head.fields();
    var hasDate = false;
    var hasServer = false;
    for (int i = 0; i < fields.size(); i++) {
      var name = fields.name(i);
      hasDate |= name.length() == 4 && name.equalsIgnoreCase("Date");
      hasServer |= name.length() == 6 && name.equalsIgnoreCase("Server");
      octets.add(name).add(':').add(' ').add(fields.value(i)).add(CRLF);
    }
    if (!hasDate) {
      octets.add(dateLine());
    }
    if (!hasServer) {
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

  private byte[] dateLine() {
    var now = System.currentTimeMillis() / 1000;
    if (now != dateSecond) {
      dateSecond = now;
      var date = IMF_FIXDATE.format(Instant.ofEpochSecond(now));
      dateLine = ("Date: " + date + "\r\n").getBytes(ISO_8859_1);
    }
    return dateLine;
  }
}
