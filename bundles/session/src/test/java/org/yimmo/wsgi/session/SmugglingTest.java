package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What another server on the way might understand differently is refused (RFC 9112 §11.2). */
class SmugglingTest {
  private final Client client = new Client();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 5,6",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 5;",
        "Content-Length: 5.0",
        "Content-Length: \u00b2",
        "Content-Length:",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding:",
        "Transfer-Encoding: \u00a0chunked",
        "Transfer-Encoding: \u000bchunked",
        "Transfer-Encoding : chunked",
        "Content-Length : 5",
        "Content-Length\t: 5",
        " Content-Length: 5",
        "X: a\r\n Content-Length: 5",
        "X: a\r\n\tb",
        "X: a\nContent-Length: 5",
        "X: a\rContent-Length: 5",
        "X: a\r\r\nContent-Length: 5",
        "X: a\u0000b",
        "X: a\u0001b",
        "X: a\u007fb",
        "X\u0000: a",
        "X Y: a",
        "X(: a",
        "\u00c4: a",
        ": a",
        "X",
        "X\r\nY: b",
      })
  void refusesFields(String fields) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET / ",
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        "GET /a b HTTP/1.1",
        "GET /a\u0000b HTTP/1.1",
        "GET /a\u000bb HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1",
        "GET / HTTP/1.",
        "GET / HTTP/1.10",
        "GET / HTTP/1.x",
        "GET / HTTP/11",
        "GET / HTTPS/1.1",
        "GET / XTTP/1.1",
        "G(T / HTTP/1.1",
        "\u00c4 / HTTP/1.1",
        "/ HTTP/1.1",
      })
  void refusesRequestLines(String line) {
    client.send(line + "\r\nHost: a\r\n\r\n");

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001",
      })
  void refusesOtherLineEnds(String octets) {
    client.send(octets);

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/3.1"})
  void knowsNoOtherMajorVersions(String line) {
    client.send(line + "\r\nHost: a\r\n\r\n");

    assertTrue(client.wasRefusedWith(505));
  }

  @Test
  void knowsNoHttp2Preface() {
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    assertTrue(client.wasRefusedWith(505));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip, chunked", "gzip,chunked", "identity, chunked"})
  void knowsNoOtherTransferCodings(String codings) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + codings + "\r\n\r\n");

    assertTrue(client.wasRefusedWith(501));
  }

  @Test
  void refusesTransferEncodingInHttp10() {
    client.send("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\nhello\r\n",
        "x\r\nhello\r\n",
        "-5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "0x5\r\nhello\r\n",
        " 5\r\nhello\r\n",
        ";x\r\nhello\r\n",
        "5\nhello\r\n",
        "5\r\rhello\r\n",
        "5;a\nb\r\nhello\r\n",
        "5;a\rb\r\nhello\r\n",
        "5;a\u0000b\r\nhello\r\n",
        "5\r\nhello\n",
        "5\r\nhello!\r\n",
        "5\r\nhello\r\r",
        "\u00b2\r\nhello\r\n",
        "0\r\nX : a\r\n\r\n",
        "0\r\n X: a\r\n\r\n",
        "0\r\nX: a\n\r\n",
        "0\r\nX: \u0000\r\n\r\n",
        "0\r\n\n",
        "0\r\nX\r\n\r\n",
      })
  void refusesChunks(String chunks) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @CsvSource({
    "'5\\r\\nhello\\r\\n0\\r\\n\\r\\n', hello",
    "'5;name=value\\r\\nhello\\r\\n0\\r\\n\\r\\n', hello",
    "'5 ; a=\"b;c\"\\r\\nhello\\r\\n0;x\\r\\n\\r\\n', hello",
    "'005\\r\\nhello\\r\\n000\\r\\n\\r\\n', hello",
    "'A\\r\\n0123456789\\r\\na\\r\\n0123456789\\r\\n0\\r\\n\\r\\n', 01234567890123456789",
    "'1\\r\\nx\\r\\n0\\r\\nTrailer: t\\r\\nSecond: u\\r\\n\\r\\n', x",
    "'0\\r\\n\\r\\n', ''",
  })
  void decodesChunks(String chunks, String content) {
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")
        .send(chunks.replace("\\r", "\r").replace("\\n", "\n"));

    var exchange = client.exchange();
    assertEquals(content, Client.text(exchange.request().content()));
    assertEquals("Host: a\nTransfer-Encoding: Chunked\n", exchange.request().fields().toString());
    client.respond(Client.whole(exchange, "x"));
    assertTrue(client.survives());
  }

  @Test
  void keepsFieldsAsTheyCame() {
    client.send(
        "GET / HTTP/1.1\r\nhOST:a:80\r\nX:  \t v w\u00e4 \t\r\nx:\r\nUser-Agent: u\r\n\r\n");

    assertEquals(
        "hOST: a:80\nX: v w\u00e4\nx: \nUser-Agent: u\n",
        client.exchange().request().fields().toString());
  }
}
