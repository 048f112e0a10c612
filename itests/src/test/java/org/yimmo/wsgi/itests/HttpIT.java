package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** HTTP/1.0 and HTTP/1.1 as literal octets: the answer, and whether the connection survives. */
class HttpIT {
  private static Server server;

  @BeforeAll
  static void start() {
    server =
        Yimmo.serving("switchboard:application", "--max-body-bytes", "1m", "--no-threads", "2")
            .start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  // --- persistence (RFC 9112 §9.3)

  static Stream<Arguments> persistence() {
    return Stream.of(
        argumentSet("1.1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
        argumentSet("1.1, close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false),
        argumentSet(
            "1.1, Close, in a list",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
            false),
        argumentSet(
            "1.1, keep-alive", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true),
        argumentSet("1.0", "GET / HTTP/1.0\r\n\r\n", false),
        argumentSet("1.0, with Host", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", false),
        argumentSet("1.0, keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
        argumentSet("1.0, Keep-Alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        argumentSet("1.1, no length", "GET /streams/0 HTTP/1.1\r\nHost: a\r\n\r\n", true));
  }

  @ParameterizedTest
  @MethodSource("persistence")
  void keepsTheConnectionAsTheClientWishes(String request, boolean kept) {
    try (var wire = server.connect()) {
      var reply = wire.send(request).reply();

      assertEquals(200, reply.status());
      assertEquals(kept, wire.survives());
    }
  }

  @Test
  void tellsAnHttp10ClientThatItKeepsTheConnection() {
    try (var wire = server.connect()) {
      var reply = wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").reply();

      assertEquals("keep-alive", reply.field("Connection").orElse("").toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void tellsThatItCloses() {
    try (var wire = server.connect()) {
      var reply = wire.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").reply();

      assertEquals("close", reply.field("Connection").orElse("").toLowerCase(Locale.ROOT));
      assertTrue(wire.ended());
    }
  }

  @Test
  void delimitsUnknownLengthByClosingForHttp10() {
    try (var wire = server.connect()) {
      var reply = wire.send("GET /iterables/generator HTTP/1.0\r\n\r\n").reply();

      assertEquals("one two three\n", reply.content());
      assertTrue(reply.field("Transfer-Encoding").isEmpty());
      assertTrue(wire.ended());
    }
  }

  @Test
  void delimitsUnknownLengthByClosingAlsoWhenAnHttp10ClientWantsToStay() {
    try (var wire = server.connect()) {
      var reply =
          wire.send("GET /iterables/generator HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").reply();

      assertEquals("one two three\n", reply.content());
      assertTrue(wire.ended());
    }
  }

  @Test
  void answersAClientThatOnlyStopsSending() {
    try (var wire = server.connect()) {
      var reply = wire.send("GET /slow/0.2 HTTP/1.1\r\nHost: a\r\n\r\n").endSending().reply();

      assertEquals("slow\n", reply.content());
    }
  }

  // --- pipelining (RFC 9112 §9.3.2)

  @Test
  void answersPipelinedRequestsInOrder() {
    try (var wire = server.connect()) {
      wire.send(
          "GET /slow/0.2 HTTP/1.1\r\nHost: a\r\n\r\n"
              + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
              + "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"
              + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "2\r\nde\r\n0\r\n\r\n"
              + "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
              + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");

      assertEquals("slow\n", wire.reply().content());
      assertEquals("abc", wire.reply().content());
      assertEquals(200, wire.reply("HEAD").status());
      assertEquals("de", wire.reply().content());
      assertEquals("hello\n", wire.reply().content());
      assertTrue(wire.ended());
    }
  }

  @Test
  void answersManyPipelinedRequests() {
    try (var wire = server.connect()) {
      wire.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000));

      for (var i = 0; i < 1_000; i++) {
        assertEquals("hello\n", wire.reply().content());
      }
      assertTrue(wire.survives());
    }
  }

  @Test
  void takesARequestOctetByOctet() {
    var request =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    try (var wire = server.connect()) {
      for (var i = 0; i < request.length(); i++) {
        wire.send(request.substring(i, i + 1));
      }

      assertEquals("abc", wire.reply().content());
      assertTrue(wire.survives());
    }
  }

  // --- content (RFC 9112 §6 and §7)

  static Stream<Arguments> contents() {
    return Stream.of(
        argumentSet("length", "Content-Length: 5\r\n\r\nabcde", "abcde"),
        argumentSet("no length", "\r\n", ""),
        argumentSet("length 0", "Content-Length: 0\r\n\r\n", ""),
        argumentSet("leading zeros", "Content-Length: 0005\r\n\r\nabcde", "abcde"),
        argumentSet(
            "chunks",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "abcde"),
        argumentSet("no chunks", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
        argumentSet(
            "Chunked", "Transfer-Encoding: Chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", "abcde"),
        argumentSet(
            "extensions",
            "Transfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d\"\r\nabcde\r\n0;x\r\n\r\n",
            "abcde"),
        argumentSet(
            "trailers",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n",
            "abcde"),
        argumentSet(
            "hexadecimal",
            "Transfer-Encoding: chunked\r\n\r\n00A\r\n0123456789\r\n0\r\n\r\n",
            "0123456789"),
        argumentSet(
            "like a head",
            "Content-Length: 28\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n\0",
            "GET / HTTP/1.1\r\nHost: b\r\n\r\n\0"));
  }

  @ParameterizedTest
  @MethodSource("contents")
  void takesContent(String fieldsAndContent, String content) {
    try (var wire = server.connect()) {
      var reply = wire.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + fieldsAndContent).reply();

      assertEquals(200, reply.status());
      assertEquals(content, reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void takesContentBeyondTheMemoryLimit() {
    var content = "0123456789abcdef".repeat(1 << 16);
    try (var wire = server.connect()) {
      var reply =
          wire.send(
                  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: "
                      + content.length()
                      + "\r\n\r\n")
              .send(content)
              .reply();

      assertEquals(content, reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void sendsChunksWhenTheLengthIsNotKnown() {
    try (var wire = server.connect()) {
      var reply = wire.get("/iterables/generator");

      assertEquals("chunked", reply.field("Transfer-Encoding").orElse(""));
      assertTrue(reply.field("Content-Length").isEmpty());
      assertEquals("one two three\n", reply.content());
      assertTrue(wire.survives());
    }
  }

  // --- Expect (RFC 9110 §10.1.1)

  @Test
  void asksForTheContentThatWaits() {
    try (var wire = server.connect()) {
      wire.send(
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      var interim = wire.replyOrInterim("POST");
      wire.send("abc");

      assertEquals(100, interim.status());
      assertEquals("abc", wire.reply().content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void doesNotAskForContentThatIsTooLarge() {
    try (var wire = server.connect()) {
      wire.send(
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");

      assertEquals(413, wire.replyOrInterim("POST").status());
    }
  }

  @Test
  void doesNotAskAnHttp10Client() {
    try (var wire = server.connect()) {
      wire.send("POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");

      assertEquals(200, wire.replyOrInterim("POST").status());
    }
  }

  @Test
  void refusesAnotherExpectation() {
    try (var wire = server.connect()) {
      wire.send("GET /hello HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n");

      assertEquals(417, wire.reply().status());
    }
  }

  // --- targets (RFC 9112 §3.2)

  static Stream<Arguments> targets() {
    return Stream.of(
        argumentSet("origin form", "GET /environment/a?b HTTP/1.1\r\nHost: h\r\n", "/a", "b", "h"),
        argumentSet(
            "absolute form",
            "GET http://x.test/environment/a?b HTTP/1.1\r\nHost: h\r\n",
            "/a",
            "b",
            "x.test"),
        argumentSet(
            "absolute form with port",
            "GET HTTP://x.test:81/environment HTTP/1.1\r\nHost: h\r\n",
            "",
            "",
            "x.test:81"),
        argumentSet("empty query", "GET /environment/? HTTP/1.1\r\nHost: h\r\n", "/", "", "h"),
        argumentSet(
            "question marks",
            "GET /environment/?a?b=%26#c HTTP/1.1\r\nHost: h\r\n".replace("#c", ""),
            "/",
            "a?b=%26",
            "h"),
        argumentSet(
            "encoded", "GET /environment/%41%2f%20%25 HTTP/1.1\r\nHost: h\r\n", "/A/ %", "", "h"),
        argumentSet(
            "dots stay",
            "GET /environment/a/../b/./c HTTP/1.1\r\nHost: h\r\n",
            "/a/../b/./c",
            "",
            "h"),
        argumentSet(
            "slashes stay", "GET /environment//a// HTTP/1.1\r\nHost: h\r\n", "//a//", "", "h"));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void understandsTheTarget(String lines, String path, String query, String host) {
    try (var wire = server.connect()) {
      var reply = wire.send(lines + "\r\n").reply();

      assertEquals(200, reply.status());
      assertTrue(reply.content().contains("PATH_INFO|str|" + path + "\n"), reply.content());
      assertTrue(reply.content().contains("QUERY_STRING|str|" + query + "\n"), reply.content());
      assertTrue(reply.content().contains("HTTP_HOST|str|" + host + "\n"), reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void understandsTheAsteriskForm() {
    try (var wire = server.connect()) {
      assertEquals(200, wire.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").reply().status());
      assertTrue(wire.survives());
    }
  }

  // --- lenience (RFC 9112 §2.2, §5)

  static Stream<Arguments> unusualButGood() {
    return Stream.of(
        argumentSet("empty lines first", "\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("no blank after colon", "GET /hello HTTP/1.1\r\nHost:a\r\nX:b\r\n\r\n"),
        argumentSet("blanks around value", "GET /hello HTTP/1.1\r\nHost: \t a \t\r\n\r\n"),
        argumentSet("empty value", "GET /hello HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n"),
        argumentSet("empty Host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
        argumentSet("Latin-1 value", "GET /hello HTTP/1.1\r\nHost: a\r\nX: caf\u00e9\r\n\r\n"),
        argumentSet("odd token", "GET /hello HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9: a\r\n\r\n"),
        argumentSet("IPv6 host", "GET /hello HTTP/1.1\r\nHost: [::1]:8081\r\n\r\n"),
        argumentSet("unknown method", "BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("60 fields", "GET /hello HTTP/1.1\r\nHost: a\r\n" + fields(60) + "\r\n"));
  }

  private static String fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "X-Field-" + i + ": value\r\n")
        .reduce("", String::concat);
  }

  @ParameterizedTest
  @MethodSource("unusualButGood")
  void acceptsWhatIsUnusualButGood(String request) {
    try (var wire = server.connect()) {
      assertEquals(200, wire.send(request).reply().status());
      assertTrue(wire.survives());
    }
  }

  // --- bad requests

  static Stream<Arguments> bad() {
    return Stream.of(
        argumentSet("no Host", "GET /hello HTTP/1.1\r\n\r\n", 400),
        argumentSet("two Hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        argumentSet("bad Host", "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        argumentSet("Host with path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        argumentSet("blank before colon", "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        argumentSet("no colon", "GET /hello HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", 400),
        argumentSet("empty name", "GET /hello HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        argumentSet("blank in name", "GET /hello HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400),
        argumentSet("folded field", "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400),
        argumentSet("blank before first field", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        argumentSet("NUL in value", "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 400),
        argumentSet("CR in value", "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", 400),
        argumentSet(
            "length and chunks",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400),
        argumentSet(
            "two lengths",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            400),
        argumentSet(
            "list of lengths",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4\r\n\r\nabcd",
            400),
        argumentSet(
            "signed length",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
            400),
        argumentSet(
            "negative length",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
            400),
        argumentSet(
            "hexadecimal length",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
            400),
        argumentSet(
            "empty length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        argumentSet(
            "unknown coding",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501),
        argumentSet(
            "no chunked coding",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            400),
        argumentSet(
            "chunked not last",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
            400),
        argumentSet(
            "chunked twice",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
            400),
        argumentSet(
            "chunks in 1.0",
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400),
        argumentSet(
            "disguised chunked",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
            400),
        argumentSet(
            "chunk size no number",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n",
            400),
        argumentSet(
            "chunk size signed",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
            400),
        argumentSet(
            "chunk size 0x",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
            400),
        argumentSet(
            "chunk size beyond 64 bits",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n",
            413),
        argumentSet(
            "chunk too long",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            400),
        argumentSet("two blanks", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("no version", "GET /hello\r\nHost: a\r\n\r\n", 400),
        argumentSet("words after version", "GET /hello HTTP/1.1 x\r\nHost: a\r\n\r\n", 400),
        argumentSet("blank in target", "GET /he llo HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("relative target", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("control in target", "GET /he\u0001llo HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("not a token as method", "G@T /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("no method", " /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet("version 2.0", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        argumentSet("version 9.9", "GET /hello HTTP/9.9\r\nHost: a\r\n\r\n", 505),
        argumentSet("not a version", "GET /hello HTTQ/1.1\r\nHost: a\r\n\r\n", 400),
        argumentSet(
            "TLS",
            "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003\r\n\r\n",
            400),
        argumentSet("almost HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 505),
        argumentSet("octets", "\u0000\u00ff\u0080\r\n\r\n", 400),
        argumentSet(
            "long request line", "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        argumentSet(
            "long query", "GET /?" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        argumentSet(
            "long field",
            "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(70_000) + "\r\n\r\n",
            431),
        argumentSet(
            "many fields", "GET /hello HTTP/1.1\r\nHost: a\r\n" + fields(5_000) + "\r\n", 431),
        argumentSet(
            "long content",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
            413),
        argumentSet(
            "very long content",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999\r\n\r\n",
            413),
        argumentSet(
            "long chunk",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
            413));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refusesABadRequestAndCloses(String request, int status) {
    try (var wire = server.connect()) {
      var reply = wire.send(request).reply();

      assertEquals(status, reply.status(), reply.toString());
      assertEquals("close", reply.field("Connection").orElse(""));
      assertTrue(wire.ended());
    }
  }

  @Test
  void refusesALengthBeyond64BitsAndCloses() {
    try (var wire = server.connect()) {
      var reply =
          wire.send(
                  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n")
              .reply();

      assertTrue(List.of(400, 413).contains(reply.status()), reply.toString());
      assertTrue(wire.ended());
    }
  }

  @Test
  void answersTheRequestsBeforeABadOne() {
    try (var wire = server.connect()) {
      wire.send("GET /slow/0.2 HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n");

      assertEquals("slow\n", wire.reply().content());
      assertEquals(400, wire.reply().status());
      assertTrue(wire.ended());
    }
  }

  @Test
  void doesNotTakeTheRestOfABadRequestForANewOne() {
    var head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked";
    var smuggled = "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    try (var wire = server.connect()) {
      wire.send(head + "\r\n\r\n" + smuggled);

      assertEquals(400, wire.reply().status());
      assertTrue(wire.ended());
    }
  }

  @Test
  void livesOnWhenTheClientLeavesInTheMiddle() {
    for (var part :
        List.of(
            "",
            "GET",
            "GET /hello HTTP/1.1\r\n",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")) {
      try (var wire = server.connect()) {
        wire.send(part);
      }
      try (var wire = server.connect()) {
        wire.send(part).reset();
      }
    }

    assertEquals(200, server.get("/hello").status());
  }

  @Test
  void sendsAnImfFixdate() {
    var date = server.get("/hello").field("Date").orElse("");

    assertTrue(
        date.matches(
            "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"),
        date);
  }

  @Test
  void saysNothingAboutItselfInAnError() {
    try (var wire = server.connect()) {
      var reply = wire.send("BAD\r\n\r\n").reply();

      assertFalse(reply.content().contains("yimmo.wsgi"), reply.content());
      assertFalse(reply.content().contains("/"), reply.content());
    }
  }
}
