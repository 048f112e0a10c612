package org.yimmo.wsgi.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;

/** The requests that the benchmarks send. */
public enum Requests {
  /** As {@code wrk} sends them. */
  PLAIN("Host", "127.0.0.1:8081"),

  /** The fields of a browser, as in {@code benchmarks/cases.py}. */
  BROWSER(
      "Host",
      "127.0.0.1:8081",
      "User-Agent",
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
          + " Chrome/131.0.0.0 Safari/537.36",
      "Accept",
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
      "Accept-Language",
      "en-GB,en;q=0.9,de;q=0.7",
      "Accept-Encoding",
      "gzip, deflate, br, zstd",
      "Connection",
      "keep-alive",
      "Referer",
      "http://localhost/catalogue/shoes?page=3",
      "Cookie",
      "sessionid=4f9d1c7a2b8e4c6f9a0d3e5b7c1f2a4d; csrftoken=Zx8Qk2Lw9VtR4mN7bH1cJ5dS;"
          + " theme=dark; _ga=GA1.1.1234567890.1700000000",
      "Upgrade-Insecure-Requests",
      "1",
      "Sec-Fetch-Dest",
      "document",
      "Sec-Fetch-Mode",
      "navigate",
      "Sec-Fetch-Site",
      "same-origin",
      "Sec-Fetch-User",
      "?1",
      "Cache-Control",
      "max-age=0");

  public static final Endpoints ENDPOINTS =
      new Endpoints("127.0.0.1", 50000, "127.0.0.1", 8081, false);

  private static final int WINDOW_BYTES = 256 * 1024;

  private final Fields fields;

  Requests(String... namesAndValues) {
    fields = Fields.of(namesAndValues);
  }

  /** The octets of a GET with these fields, and one more when {@code last} is not empty. */
  public byte[] octets(String target, String last) {
    var text = new StringBuilder("GET ").append(target).append(" HTTP/1.1\r\n");
    for (int i = 0; i < fields.size(); i++) {
      text.append(fields.name(i)).append(": ").append(fields.value(i)).append("\r\n");
    }
    if (!last.isEmpty()) {
      text.append(last).append("\r\n");
    }
    return text.append("\r\n").toString().getBytes(ISO_8859_1);
  }

  /** A GET whose response nobody receives. */
  public Exchange exchange(String path) {
    var request = new Request("GET", path, path, "", "HTTP/1.1", fields, Content.none(), ENDPOINTS);
    return new Exchange(request, _ -> {}, WINDOW_BYTES);
  }
}
