package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.session.StreamHead;

/** Heads of responses as the codec wants them. <em>Thread:</em> the I/O thread. */
final class Http2Heads {
  private static final AsciiString DATE = AsciiString.cached("date");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final int KEPT = 64; // a power of two
  private static final int MAX_STATUS = 599;

  // the fields of heads that repeat themselves, by the identity of these
  private final Fields[] seen = new Fields[KEPT];
  private final AsciiString[][] made = new AsciiString[KEPT][];

  private final AsciiString[] statuses = new AsciiString[MAX_STATUS + 1];

  private String date = "";
  private AsciiString dateValue = AsciiString.EMPTY_STRING;

  Http2Headers of(StreamHead head) {
    var fields = fields(head.fields());
    var dated = !head.date().isEmpty();
    var measured = head.contentLength() >= 0;
    var at = fields.length;
    var all = Arrays.copyOf(fields, at + (dated ? 2 : 0) + (measured ? 2 : 0));
    if (dated) {
      all[at++] = DATE;
      all[at++] = date(head.date());
    }
    if (measured) {
      all[at++] = CONTENT_LENGTH;
      all[at] = new AsciiString(Long.toString(head.contentLength()));
    }
    return ReadOnlyHttp2Headers.serverHeaders(false, status(head.status()), all);
  }

  @SuppressWarnings("ReferenceEquality") // equal ones are not worth a comparison
  private AsciiString[] fields(Fields fields) {
    var slot = System.identityHashCode(fields) & KEPT - 1;
    if (seen[slot] != fields) {
      var namesAndValues = new AsciiString[2 * fields.size()];
      for (int i = 0; i < fields.size(); i++) {
        namesAndValues[2 * i] = octets(fields.name(i));
        namesAndValues[2 * i + 1] = octets(fields.value(i));
      }
      seen[slot] = fields;
      made[slot] = namesAndValues;
    }
    return made[slot];
  }

  /** Values are Latin-1, each character an octet. */
  private static AsciiString octets(String text) {
    return new AsciiString(text.getBytes(ISO_8859_1), false);
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object for a second
  private AsciiString date(String text) {
    if (text != date) {
      date = text;
      dateValue = octets(text);
    }
    return dateValue;
  }

  private AsciiString status(int code) {
    if (statuses[code] == null) {
      statuses[code] = octets(Integer.toString(code));
    }
    return statuses[code];
  }
}
