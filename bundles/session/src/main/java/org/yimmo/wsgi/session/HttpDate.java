package org.yimmo.wsgi.session;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What the Date field says (RFC 9110 §6.6.1). <em>Thread:</em> the I/O thread. */
final class HttpDate {
  /** RFC 9110 §5.6.7: IMF-fixdate. */
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private long second = Long.MIN_VALUE;
  private String text = "";

  /** The current date; the same object for a second. */
  String now() {
    var now = System.currentTimeMillis() / 1000;
    if (now != second) {
      second = now;
      text = IMF_FIXDATE.format(Instant.ofEpochSecond(now));
    }
    return text;
  }
}
