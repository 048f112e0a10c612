package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** Field names as strings; those that clients often send are the same object each time. */
final class FieldNames {
  private static final String[] KNOWN = {
    "Host",
    "User-Agent",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Charset",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Cookie",
    "Date",
    "DNT",
    "Expect",
    "Forwarded",
    "From",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Origin",
    "Pragma",
    "Priority",
    "Range",
    "Referer",
    "Sec-CH-UA",
    "Sec-CH-UA-Mobile",
    "Sec-CH-UA-Platform",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Sec-GPC",
    "TE",
    "Transfer-Encoding",
    "Upgrade-Insecure-Requests",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "X-Request-ID",
    "X-Requested-With",
  };

  private static final int SLOTS = 1024;
  private static final String[] NAMES = new String[SLOTS];
  private static final byte[][] OCTETS = new byte[SLOTS][];

  static {
    for (var name : KNOWN) {
      var octets = name.getBytes(ISO_8859_1);
      var slot = slot(octets, 0, octets.length);
      NAMES[slot] = name; // names that share a slot: one of them is merely not shared
      OCTETS[slot] = octets;
    }
  }

  private FieldNames() {}

  /** The name in {@code octets[from, end)}, which is not empty. */
  static String of(byte[] octets, int from, int end) {
    var slot = slot(octets, from, end);
    var known = OCTETS[slot];
    return known != null && Arrays.equals(known, 0, known.length, octets, from, end)
        ? NAMES[slot]
        : new String(octets, from, end - from, ISO_8859_1);
  }

  private static int slot(byte[] octets, int from, int end) {
    var length = end - from;
    var hash = octets[from] + 31 * octets[end - 1] + 131 * octets[from + length / 2] + 523 * length;
    return (hash ^ hash >>> 10) & SLOTS - 1;
  }
}
