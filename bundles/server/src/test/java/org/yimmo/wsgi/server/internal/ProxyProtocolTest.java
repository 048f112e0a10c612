package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The header of the PROXY protocol, from those who may send one and from others. */
class ProxyProtocolTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String SIGNATURE_2 = "0d0a0d0a000d0a515549540a";

  private static TestServer.Builder behindProxy() {
    return new TestServer.Builder().proxies("127.0.0.1").proxyProtocol();
  }

  private static TestWorker.Application ends() {
    return (exchange, queues) -> {
      var ends = exchange.request().endpoints();
      queues.respond(
          TestWorker.whole(
              exchange,
              200,
              "OK",
              "%s %d %s %d %s"
                  .formatted(
                      ends.remoteAddress(),
                      ends.remotePort(),
                      ends.localAddress(),
                      ends.localPort(),
                      ends.secure())));
    };
  }

  private static byte[] octets(String header) {
    return header.startsWith("PROXY")
        ? (header + "\r\n").getBytes(ISO_8859_1)
        : HexFormat.of().parseHex(SIGNATURE_2 + header.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PROXY TCP4 203.0.113.5 10.0.0.1 4000 443 | 203.0.113.5 4000 10.0.0.1 443 false",
        "PROXY TCP6 2001:db8::5 2001:db8::1 1 2   | 2001:db8::5 1 2001:db8::1 2 false",
        "21 11 000c cb007105 0a000001 0fa0 01bb   | 203.0.113.5 4000 10.0.0.1 443 false",
        "21 21 0024 20010db8000000000000000000000005 20010db8000000000000000000000001 0001 0002"
            + " | 2001:db8::5 1 2001:db8::1 2 false",
        "21 11 0014 cb007105 0a000001 0fa0 01bb 20 0005 01 00000000"
            + " | 203.0.113.5 4000 10.0.0.1 443 true",
      })
  void tellsTheEnds(String header, String expected) throws Exception {
    try (var server = behindProxy().open(ends());
        var client = server.connect()) {
      client.send(octets(header)).send(GET);

      assertEquals(expected, client.response().content());
      client.send(GET);
      assertEquals(expected, client.response().content());
      assertTrue(client.survives());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN",
        "PROXY UNKNOWN ffff::1 ffff::2 1 2",
        "20 00 0000",
        "20 11 000c" + " cb007105 0a000001 0fa0 01bb",
        "21 00 0003 010000"
      })
  void mayTellNothing(String header) throws Exception {
    try (var server = behindProxy().open(ends());
        var client = server.connect()) {
      client.send(octets(header)).send(GET);

      assertTrue(client.response().content().startsWith("127.0.0.1 "));
    }
  }

  @Test
  void mayComeOctetByOctet() throws Exception {
    for (var header :
        new String[] {
          "PROXY TCP4 203.0.113.5 10.0.0.1 4000 443", "21 11 000c cb007105 0a000001 0fa0 01bb"
        }) {
      var octets = octets(header);
      for (int length = 0; length < octets.length; length++) {
        assertEquals(0, ProxyHeader.decode(ByteBuffer.wrap(octets, 0, length)).length());
      }
      assertEquals(octets.length, ProxyHeader.decode(ByteBuffer.wrap(octets)).length());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY",
        "PROXY ",
        "PROXY TCP4",
        "PROXY TCP5 1.1.1.1 2.2.2.2 1 2",
        "PROXY tcp4 1.1.1.1 2.2.2.2 1 2",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3",
        "PROXY TCP4  1.1.1.1 2.2.2.2 1 2",
        "PROXY TCP4 1.1.1 2.2.2.2 1 2",
        "PROXY TCP4 1.1.1.256 2.2.2.2 1 2",
        "PROXY TCP4 ::1 ::2 1 2",
        "PROXY TCP6 1.1.1.1 2.2.2.2 1 2",
        "PROXY TCP6 fe80::1%eth0 ::2 1 2",
        "PROXY TCP4 a.example 2.2.2.2 1 2",
        "PROXY TCP4 1.1.1.1 2.2.2.2 65536 2",
        "PROXY TCP4 1.1.1.1 2.2.2.2 -1 2",
        "PROXY TCP4 1.1.1.1 2.2.2.2 01 2",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 ",
        "PROXY UNKNOWN 0123456789012345678901234567890123456789012345678901234567890123456789"
            + "01234567890123456789012345",
        "11 11 000c 01010101 02020202 0001 0002",
        "22 11 000c 01010101 02020202 0001 0002",
        "21 12 000c 01010101 02020202 0001 0002",
        "21 41 000c 01010101 02020202 0001 0002",
        "21 11 000b 01010101 02020202 0001 00",
        "21 21 000c 01010101 02020202 0001 0002",
        "21 31 000c 01010101 02020202 0001 0002",
        "21 11 000e 01010101 02020202 0001 0002 20 00",
        "21 11 000f 01010101 02020202 0001 0002 20 0001",
        "21 11 ffff 01010101 02020202 0001 0002",
      })
  void endsTheConnectionWhenMalformed(String header) throws Exception {
    try (var server = behindProxy().open(ends());
        var client = server.connect()) {
      client.send(octets(header));

      assertThrows(
          ProxyHeader.MalformedException.class,
          () -> ProxyHeader.decode(ByteBuffer.wrap(octets(header))));
      assertTrue(client.wasReset() || client.closed());
    }
  }

  @Test
  void isNeededFromAProxy() throws Exception {
    try (var server = behindProxy().open(ends());
        var client = server.connect()) {
      client.send(GET);

      assertTrue(client.wasReset() || client.closed());
    }
  }

  @Test
  void mustComeInTime() throws Exception {
    try (var server = behindProxy().headerTimeout(Duration.ofMillis(100)).open(ends());
        var client = server.connect()) {
      client.send("PROXY TCP4");

      assertTrue(client.wasReset() || client.closed());
    }
  }

  @Test
  void mayNotBreakOff() throws Exception {
    try (var server = behindProxy().open(ends());
        var client = server.connect()) {
      client.send("PROXY TCP4 203.0.113.5");

      client.endOutput();

      assertTrue(client.closed());
    }
  }

  @Test
  void isABadRequestOfAnybodyElse() throws Exception {
    try (var server = new TestServer.Builder().proxies("10.0.0.1").proxyProtocol().open(ends());
        var client = server.connect()) {
      client.send("PROXY TCP4 203.0.113.5 10.0.0.1 4000 443\r\n" + GET);

      assertEquals(400, client.response().status());
    }
  }
}
