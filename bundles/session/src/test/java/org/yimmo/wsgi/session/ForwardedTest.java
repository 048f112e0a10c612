package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Request;

/** What is believed of Forwarded and X-Forwarded-*, from whom. The peer is 192.0.2.1. */
class ForwardedTest {
  private static Request request(Proxies proxies, String fields) {
    var client = new Client(proxies);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + fields.replace('\n', '\r').replace("\r", "\r\n"));
    client.send("\r\n\r\n");
    return client.queues.take().orElseThrow().request();
  }

  private static String seen(String fields) {
    var request = request(Proxies.of(List.of("192.0.2.0/24", "2001:db8::/32")), fields);
    var ends = request.endpoints();
    return "%s %d %s %d %s %s"
        .formatted(
            ends.remoteAddress(),
            ends.remotePort(),
            ends.localAddress(),
            ends.localPort(),
            ends.secure() ? "https" : "http",
            request.fields().first("Host").orElse(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Other: 1                                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: 203.0.113.5               | 203.0.113.5 0 192.0.2.2 80 http a",
        "X-Forwarded-For: 203.0.113.5:99            | 203.0.113.5 99 192.0.2.2 80 http a",
        "X-Forwarded-For: 2001:DB9::7               | 2001:db9::7 0 192.0.2.2 80 http a",
        "X-Forwarded-For: [2001:db9::7]:5           | 2001:db9::7 5 192.0.2.2 80 http a",
        "X-Forwarded-For: 1.1.1.1, 203.0.113.5      | 203.0.113.5 0 192.0.2.2 80 http a",
        "X-Forwarded-For: 203.0.113.5, 192.0.2.7    | 203.0.113.5 0 192.0.2.2 80 http a",
        "X-Forwarded-For: 9.9.9.9, 203.0.113.5, 2001:db8::1 | 203.0.113.5 0 192.0.2.2 80 http a",
        "X-Forwarded-For: 192.0.2.8, 192.0.2.7      | 192.0.2.8 0 192.0.2.2 80 http a",
        "X-Forwarded-For: evil, 192.0.2.7           | 192.0.2.7 0 192.0.2.2 80 http a",
        "X-Forwarded-For: 203.0.113.5, unknown      | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: 256.1.1.1                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: 010.1.1.1                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: a.example                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: 1.2.3.4:x                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-For: fe80::1%lo                | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-Proto: https                   | 192.0.2.1 4711 192.0.2.2 80 https a",
        "X-Forwarded-Proto: HTTPS                   | 192.0.2.1 4711 192.0.2.2 80 https a",
        "X-Forwarded-Proto: ftp                     | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-Proto: https, http             | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-Host: b.example                | 192.0.2.1 4711 b.example 80 http b.example",
        "X-Forwarded-Host: b.example:8443           | 192.0.2.1 4711 b.example 8443 http b.example:8443",
        "X-Forwarded-Host: b/../c                   | 192.0.2.1 4711 192.0.2.2 80 http a",
        "X-Forwarded-Port: 8080                     | 192.0.2.1 4711 192.0.2.2 8080 http a:8080",
        "X-Forwarded-Port: 99999                    | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for=203.0.113.5                 | 203.0.113.5 0 192.0.2.2 80 http a",
        "Forwarded: For=203.0.113.5;Proto=https;Host=b | 203.0.113.5 0 b 443 https b",
        "Forwarded: for=\"[2001:db9::7]:47\"        | 2001:db9::7 47 192.0.2.2 80 http a",
        "Forwarded: for=\"203.0.113.5:_p1\"         | 203.0.113.5 0 192.0.2.2 80 http a",
        "Forwarded: for=_hidden;proto=https         | 192.0.2.1 4711 192.0.2.2 80 https a",
        "Forwarded: for=unknown                     | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for=9.9.9.9, for=203.0.113.5    | 203.0.113.5 0 192.0.2.2 80 http a",
        "Forwarded: for=203.0.113.5;proto=https, for=192.0.2.9;proto=http | 203.0.113.5 0 192.0.2.2 80 https a",
        "Forwarded: , for=203.0.113.5 ,             | 203.0.113.5 0 192.0.2.2 80 http a",
        "Forwarded: for=\"203.0.113.5               | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for=203.0.113.5;for=1.1.1.1     | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for 203.0.113.5                 | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for=                            | 192.0.2.1 4711 192.0.2.2 80 http a",
        "Forwarded: for=\"a,b\";proto=https         | 192.0.2.1 4711 192.0.2.2 80 https a",
      })
  void isBelievedOfAProxy(String field, String expected) {
    assertEquals(expected, seen(field));
  }

  @Test
  void takesTheSchemeThatTheFirstTrustedProxySaw() {
    assertEquals(
        "203.0.113.5 0 b 443 https b",
        seen(
            "X-Forwarded-For: 203.0.113.5, 192.0.2.7\n"
                + "X-Forwarded-Proto: https, http\nX-Forwarded-Host: b"));
  }

  @Test
  void removesWhatOthersSay() {
    var request =
        request(
            Proxies.of(List.of("10.0.0.0/8")),
            "Forwarded: for=1.1.1.1\nx-forwarded-for: 1.1.1.1\nX-Forwarded-Proto: https\n"
                + "X-Forwarded-Host: b\nX-Forwarded-Port: 1\nX-Other: 1");

    assertEquals("Host: a\nX-Other: 1\n", request.fields().toString());
    assertEquals(new Endpoints("192.0.2.1", 4711, "192.0.2.2", 80, false), request.endpoints());
  }

  @Test
  void removesForwardedBesideTheOlderFields() {
    var request =
        request(Proxies.of(List.of("*")), "Forwarded: for=1.1.1.1\nX-Forwarded-For: 203.0.113.5");

    assertFalse(request.fields().contains("Forwarded"));
    assertEquals("203.0.113.5", request.endpoints().remoteAddress());
  }

  @Test
  void holdsForEachRequestOfAConnection() {
    var client = new Client(Proxies.of(List.of("*")));
    var plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    var forwarded = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n";

    client.send(forwarded + forwarded + plain);

    for (var expected : List.of("203.0.113.5", "203.0.113.5", "192.0.2.1")) {
      assertEquals(
          expected, client.queues.take().orElseThrow().request().endpoints().remoteAddress());
    }
  }

  @Test
  void trustsUnixSocketsAlways() {
    assertTrue(Proxies.none().trust(""));
    assertFalse(Proxies.none().trust("127.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "10.128.0.0/9, 10.127.0.1, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "0.0.0.0/0, ::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "*, 8.8.8.8, true",
    "::ffff:10.0.0.1, 10.0.0.1, true"
  })
  void knowsNetworks(String network, String address, boolean contained) {
    assertEquals(contained, Proxies.of(List.of(network)).trust(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "proxy",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "::/129",
        "10.0.0",
        "1::2::3"
      })
  void refusesWhatIsNoNetwork(String text) {
    assertThrows(IllegalArgumentException.class, () -> Proxies.of(List.of(text)));
  }
}
