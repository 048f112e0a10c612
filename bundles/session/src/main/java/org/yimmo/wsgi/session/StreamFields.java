package org.yimmo.wsgi.session;

import java.util.Locale;
import java.util.Set;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;

/**
 * Makes the heads of responses of HTTP/2 (RFC 9113 §8.2, §8.3.2).
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class StreamFields {
  /** RFC 9113 §8.2.2. */
  private static final Set<String> OF_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private static final int KEPT = 64; // a power of two

  // of heads that applications repeat, by the identity of their fields
  private final Fields[] seen = new Fields[KEPT];
  private final Fields[] made = new Fields[KEPT];
  private final boolean[] dated = new boolean[KEPT];

  private final HttpDate date = new HttpDate();

  @SuppressWarnings("ReferenceEquality") // equal ones are not worth a comparison
  StreamHead head(ResponseHead response, long contentLength) {
    var fields = response.fields();
    var slot = System.identityHashCode(fields) & KEPT - 1;
    if (seen[slot] != fields) {
      seen[slot] = fields;
      made[slot] = make(fields);
      dated[slot] = fields.contains("Date");
    }
    return new StreamHead(
        response.status(), made[slot], dated[slot] ? "" : date.now(), contentLength);
  }

  private static Fields make(Fields fields) {
    var lower = Fields.builder(fields.size() + 1);
    for (int i = 0; i < fields.size(); i++) {
      var name = fields.name(i).toLowerCase(Locale.ROOT);
      if (!OF_CONNECTION.contains(name)) {
        lower.add(name, fields.value(i).strip());
      }
    }
    if (!fields.contains("Server")) {
      lower.add("server", "yimmo-wsgi");
    }
    return lower.build();
  }
}
