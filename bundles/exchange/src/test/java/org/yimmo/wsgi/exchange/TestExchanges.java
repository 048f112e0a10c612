package org.yimmo.wsgi.exchange;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Exchanges and parts for the tests of this package. */
final class TestExchanges {
  private TestExchanges() {}

  static Exchange exchange(String target) {
    return exchange(target, 1024);
  }

  static Exchange exchange(String target, int windowBytes) {
    var request =
        new Request(
            "GET",
            target,
            target,
            "",
            "HTTP/1.1",
            Fields.of("Host", "localhost"),
            Content.none(),
            new Endpoints("127.0.0.1", 50000, "127.0.0.1", 8081, false));
    return new Exchange(request, _ -> {}, windowBytes);
  }

  static ResponsePart more(Exchange exchange, String content) {
    return new ResponsePart.More(
        exchange, ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
  }

  static ResponsePart whole(Exchange exchange) {
    return new ResponsePart.Whole(
        exchange, new ResponseHead(200, "OK", Fields.none(), 0), ByteBuffer.allocate(0));
  }
}
