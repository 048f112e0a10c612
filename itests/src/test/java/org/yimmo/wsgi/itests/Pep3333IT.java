package org.yimmo.wsgi.itests;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;
import static org.yimmo.wsgi.itests.support.Requests.post;
import static org.yimmo.wsgi.itests.support.Requests.request;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** PEP 3333, seen from both ends. The validator of the standard library sits in between. */
class Pep3333IT {
  private static Server server;

  @BeforeAll
  static void start() {
    server = Yimmo.serving("switchboard:application").start();
  }

  @AfterAll
  static void nothingWasFoundByTheValidator() {
    var log = server.log().text();
    server.close();
    assertFalse(log.contains("validate.py"), log);
    assertFalse(log.contains("Iterator garbage collected without being closed"), log);
    assertFalse(log.contains("WSGIWarning"), log);
  }

  // --- methods

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
  void passesTheValidatorForEveryMethod(String method) {
    try (var wire = server.connect()) {
      var reply = wire.send(request(method, "/methods")).reply();

      assertEquals(200, reply.status());
      assertEquals("method " + method + "\n", reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void answersHeadWithTheFieldsOfGetAndNoContent() {
    try (var wire = server.connect()) {
      var reply = wire.send(request("HEAD", "/methods")).reply("HEAD");

      assertEquals(200, reply.status());
      assertEquals("HEAD", reply.field("X-Method").orElse(""));
      assertTrue(wire.survives(), "no content follows");
    }
  }

  @Test
  void passesContentThroughTheValidator() {
    var content = "line one\nline two\n";
    try (var wire = server.connect()) {
      assertEquals(content, wire.send(post("/echo", "text/plain", content)).reply().content());
      assertTrue(wire.survives());
    }
  }

  // --- environ

  private static Map<String, String> environ(String request) {
    try (var wire = server.connect()) {
      var reply = wire.send(request).reply();
      assertEquals(200, reply.status(), reply.toString());
      return reply
          .content()
          .lines()
          .map(line -> line.split("\\|", 3))
          .collect(toMap(parts -> parts[0], parts -> parts[1] + " " + parts[2]));
    }
  }

  @Test
  void theEnvironIsABuiltInDictionaryOfNativeStrings() {
    var environ = environ(get("/environment"));

    assertEquals("dict ", environ.get("environ"));
    environ.forEach((name, value) -> {
      if (!name.contains(".") && !name.equals("environ")) {
        assertTrue(value.startsWith("str "), name + " is " + value);
      }
    });
  }

  @Test
  void theEnvironNamesTheRequest() {
    var environ = environ(get("/environment/caf%C3%A9/%2F?a=%20b&c"));

    assertEquals("str GET", environ.get("REQUEST_METHOD"));
    assertEquals("str /environment", environ.get("SCRIPT_NAME"), "moved by the switchboard");
    assertEquals("str /caf\u00c3\u00a9//", environ.get("PATH_INFO"));
    assertEquals("str a=%20b&c", environ.get("QUERY_STRING"));
    assertEquals("str HTTP/1.1", environ.get("SERVER_PROTOCOL"));
    assertEquals("str localhost", environ.get("HTTP_HOST"));
  }

  @Test
  void theEnvironNamesBothEnds() {
    try (var wire = server.connect()) {
      var content = wire.get("/environment").content();

      assertTrue(content.contains("REMOTE_ADDR|str|127.0.0.1\n"), content);
      assertTrue(content.contains("REMOTE_PORT|str|" + wire.localPort() + "\n"), content);
      assertTrue(content.contains("SERVER_PORT|str|" + server.port() + "\n"), content);
      assertTrue(content.contains("SERVER_NAME|str|"), content);
      assertTrue(content.contains("SERVER_SOFTWARE|str|yimmo-wsgi"), content);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wsgi.version, 'tuple (1, 0)'",
    "wsgi.url_scheme, str http",
    "wsgi.multithread, bool False",
    "wsgi.multiprocess, bool False",
    "wsgi.run_once, bool False",
    "wsgi.input_terminated, bool True",
  })
  void theEnvironHasTheKeysOfWsgi(String key, String typed) {
    var environ = environ(get("/environment"));

    assertEquals(typed, environ.get(key));
  }

  @Test
  void theEnvironHasTheStreamsAndTheFileWrapper() {
    var environ = environ(get("/environment"));

    assertTrue(environ.containsKey("wsgi.input"));
    assertTrue(environ.containsKey("wsgi.errors"));
    assertTrue(environ.containsKey("wsgi.file_wrapper"));
  }

  @Test
  void fieldsBecomeKeys() {
    var environ =
        environ(
            get(
                "/environment",
                "X-Custom-Field: caf\u00e9 \t",
                "Accept: a",
                "accept: b",
                "Cookie: a=1",
                "Cookie: b=2",
                "X-Empty:"));

    assertEquals("str caf\u00e9", environ.get("HTTP_X_CUSTOM_FIELD"));
    assertEquals("str a,b", environ.get("HTTP_ACCEPT").replace(", ", ","));
    assertEquals("str a=1; b=2", environ.get("HTTP_COOKIE"));
    assertEquals("str ", environ.get("HTTP_X_EMPTY"));
  }

  @Test
  void fieldsWithAnUnderscoreAreDropped() {
    var environ = environ(get("/environment", "X_Forged: yes", "X-Real: yes"));

    assertFalse(environ.containsKey("HTTP_X_FORGED"));
    assertTrue(environ.containsKey("HTTP_X_REAL"));
  }

  @Test
  void contentTypeAndLengthHaveNoPrefix() {
    var environ = environ(post("/environment", "text/x-test", "12345"));

    assertEquals("str text/x-test", environ.get("CONTENT_TYPE"));
    assertEquals("str 5", environ.get("CONTENT_LENGTH"));
    assertFalse(environ.containsKey("HTTP_CONTENT_TYPE"));
    assertFalse(environ.containsKey("HTTP_CONTENT_LENGTH"));
  }

  @Test
  void theEnvironIsNewForEachRequest() {
    try (var wire = server.connect()) {
      wire.send(get("/environment", "X-Once: yes")).reply();

      var second = wire.get("/environment").content();

      assertFalse(second.contains("X_ONCE"), second);
      assertTrue(second.contains("SCRIPT_NAME|str|/environment\n"), second);
    }
  }

  // --- wsgi.input

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/reading/read|b'one\\ntwo\\nthree'",
        "/reading/read-some|b'one' b'\\ntwo' b'\\nthree' b''",
        "/reading/read-none|b''",
        "/reading/readline|b'one\\n' b'two\\n'",
        "/reading/readlines|b'one\\n' b'two\\n' b'three'",
        "/reading/iterate|b'one\\n' b'two\\n' b'three'",
        "/reading_freely/read|b'one\\ntwo\\nthree'",
        "/reading_freely/read-minus-one|b'one\\ntwo\\nthree'",
        "/reading_freely/readline-size|b'one\\n' b'two\\n' b'three'",
        "/reading_freely/readlines-hint|b'one\\n' b'two\\n'",
        "/reading_freely/beyond-the-end|b'one\\ntwo\\nthree' b'' b'' b''",
      })
  void readsTheContentInEveryWay(String target, String pieces) {
    try (var wire = server.connect()) {
      var reply = wire.send(post(target, "text/plain", "one\ntwo\nthree")).reply();

      assertEquals(pieces.replace(" ", "\n") + "\n", reply.content());
    }
  }

  @Test
  void readsNothingWhenThereIsNoContent() {
    try (var wire = server.connect()) {
      assertEquals("b''\nb''\n", wire.get("/reading/readline").content());
      assertEquals("b''\n", wire.get("/reading_freely/read").content());
    }
  }

  @Test
  void contentThatWasNotReadDoesNotDisturbTheNextRequest() {
    try (var wire = server.connect()) {
      var reply = wire.send(post("/unread", "text/plain", "x".repeat(100_000))).reply();

      assertEquals("not read\n", reply.content());
      assertTrue(wire.survives());
    }
  }

  // --- iterables

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list",
        "one-element",
        "tuple",
        "one-tuple",
        "list-subclass",
        "generator",
        "iter",
        "getitem",
        "next",
        "map",
        "empty-chunks",
        "file-wrapper",
        "file"
      })
  void sendsAnyIterable(String kind) {
    try (var wire = server.connect()) {
      var reply = wire.get("/iterables/" + kind);

      assertEquals(200, reply.status(), reply.toString());
      assertEquals("one two three\n", reply.content());
      assertTrue(wire.survives());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "empty"})
  void sendsTheHeadWhenThereIsNoContent(String kind) {
    try (var wire = server.connect()) {
      var reply = wire.get("/iterables/" + kind);

      assertEquals(200, reply.status());
      assertEquals("0", reply.field("Content-Length").orElse(""));
      assertTrue(wire.survives());
    }
  }

  @Test
  void addsContentLengthForOneElement() {
    var reply = server.get("/heads/no-fields");

    assertEquals("hello\n", reply.content());
    assertEquals("6", reply.field("Content-Length").orElse(""));
    assertTrue(reply.field("Transfer-Encoding").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "list-of-text", "none", "number"})
  void answers500ForWhatIsNotAnIterableOfBytes(String kind) {
    try (var wire = server.connect()) {
      assertEquals(500, wire.get("/wrong_iterables/" + kind).status());
      assertTrue(wire.survives());
    }
  }

  @Test
  void breaksOffWhenALaterChunkIsNotBytes() {
    try (var wire = server.connect()) {
      wire.send(get("/wrong_iterables/text-after-bytes")).head();

      assertAborted(wire);
    }
  }

  // --- start_response and write

  @Test
  void sendsWhatIsWrittenBeforeWhatIsReturned() {
    try (var wire = server.connect()) {
      var reply = wire.get("/written");

      assertEquals("written, written again, returned\n", reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void letsStartResponseComeWithTheFirstChunk() {
    assertEquals("late\n", server.get("/late_start").content());
  }

  @ParameterizedTest
  @ValueSource(strings = {"never", "twice"})
  void answers500ForAMissingOrRepeatedStartResponse(String kind) {
    try (var wire = server.connect()) {
      assertEquals(500, wire.get("/starting/" + kind).status());
      assertTrue(wire.survives());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "exc-info-before, 503 Busy, replaced",
    "exc-info-first, 418 Teapot, first",
    "exc-info-none, 200 OK, none",
    "exc-info-after-empty, 500 In Time, replaced",
    "keyword, 200 OK, keyword",
  })
  void replacesTheHeadWhileNothingWasSent(String kind, String status, String content) {
    try (var wire = server.connect()) {
      var reply = wire.get("/starting/" + kind);

      assertEquals(status, reply.status() + " " + reply.reason());
      assertEquals(content + "\n", reply.content());
      assertTrue(reply.field("X-First").isEmpty(), "fields of the first call");
      assertTrue(wire.survives());
    }
  }

  @Test
  void raisesTheErrorAgainWhenTheHeadWasSent() {
    try (var wire = server.connect()) {
      var head = wire.send(get("/starting/exc-info-after")).head();

      assertEquals(200, head.status());
      assertAborted(wire);
    }
    server.log().await("KeyError: 'the reason'");
  }

  // --- heads

  @Test
  void sendsAGoodHeadUnchanged() {
    var reply = server.get("/heads/good");

    assertEquals("caf\u00e9", reply.field("X-Good").orElse(""));
    assertEquals("", reply.field("X-Empty").orElse("none"));
    assertEquals("a\tb", reply.field("x-lower").orElse(""));
    assertEquals("hello\n", reply.content());
  }

  @Test
  void sendsAnOddReasonUnchanged() {
    assertEquals("Odd But \u00e4llowed", server.get("/heads/odd-reason").reason());
  }

  @Test
  void sendsRepeatedFieldsOneByOne() {
    assertEquals(List.of("a=1", "b=2"), server.get("/heads/repeated").all("Set-Cookie"));
  }

  @Test
  void leavesDateAndServerOfTheApplicationAlone() {
    var reply = server.get("/heads/own-date");

    assertEquals(List.of("Thu, 01 Jan 1970 00:00:00 GMT"), reply.all("Date"));
    assertEquals(List.of("mine"), reply.all("Server"));
  }

  @Test
  void addsDateAndServer() {
    var reply = server.get("/hello");

    assertEquals(1, reply.all("Date").size());
    assertEquals(1, reply.all("Server").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "upgrade",
        "crlf-in-value",
        "lf-in-value",
        "nul-in-value",
        "crlf-in-name",
        "colon-in-name",
        "empty-name",
        "crlf-in-status",
        "not-latin-1",
        "status-number",
        "status-bytes",
        "status-word",
        "status-100",
        "status-999",
        "fields-none",
        "value-number",
        "value-bytes",
        "value-none",
        "triple",
        "bad-length",
        "negative-length",
        "two-lengths"
      })
  void refusesABadHead(String kind) {
    try (var wire = server.connect()) {
      var reply = wire.get("/heads/" + kind);

      assertEquals(500, reply.status(), reply.toString());
      assertTrue(reply.field("X-Injected").isEmpty());
      assertTrue(wire.survives());
    }
  }

  // --- content and status

  @ParameterizedTest
  @ValueSource(strings = {"204", "304"})
  void sendsNoContentWithAStatusThatHasNone(String status) {
    try (var wire = server.connect()) {
      var reply = wire.get("/statuses/" + status);

      assertEquals(status, Integer.toString(reply.status()));
      assertEquals("yes", reply.field("X-Empty").orElse(""));
      assertTrue(reply.field("Transfer-Encoding").isEmpty(), "RFC 9112 §6.1");
      assertTrue(wire.survives());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"204", "304"})
  void dropsContentThatMustNotBe(String status) {
    try (var wire = server.connect()) {
      assertEquals(status, "" + wire.get("/content_despite/" + status).status());
      assertTrue(wire.survives(), "no octet of content was sent");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"200", "201", "206", "302", "400", "401", "404", "418", "500", "503"})
  void sendsContentWithOtherStatuses(String status) {
    var reply = server.get("/statuses/" + status);

    assertEquals(status, "" + reply.status());
    assertEquals("content\n", reply.content());
  }

  @Test
  void sendsExactlyTheAnnouncedLength() {
    try (var wire = server.connect()) {
      var reply = wire.get("/lengths/6/abc/def");

      assertEquals("abcdef", reply.content());
      assertEquals("6", reply.field("Content-Length").orElse(""));
      assertTrue(wire.survives());
    }
  }

  @Test
  void cutsContentThatIsTooLong() {
    try (var wire = server.connect()) {
      var reply = wire.get("/lengths/4/abc/def");

      assertEquals("abcd", reply.content());
    }
    server.log().await("longer than its Content-Length");
  }

  @Test
  void breaksOffWhenContentIsTooShort() {
    try (var wire = server.connect()) {
      var head = wire.send(get("/lengths/10/abc/def")).head();

      assertEquals("10", head.field("Content-Length").orElse(""));
      assertEquals("abcdef", rest(wire));
    }
    server.log().await("shorter than its Content-Length");
  }

  @Test
  void sendsNoContentInReplyToHead() {
    try (var wire = server.connect()) {
      var reply = wire.send(request("HEAD", "/lengths/6/abc/def")).reply("HEAD");

      assertEquals("6", reply.field("Content-Length").orElse(""));
      assertTrue(wire.survives());
    }
  }

  // --- close()

  @ParameterizedTest
  @ValueSource(
      strings = {
        "complete",
        "one",
        "nothing",
        "fails-at-once",
        "close-raises",
        "wrong-chunk",
        "no-start"
      })
  void closesTheIterableOnce(String kind) {
    server.get("/closing/" + kind);

    assertClosedOnce(kind);
  }

  @Test
  void closesTheIterableOnceForHead() {
    try (var wire = server.connect()) {
      wire.send(request("HEAD", "/closing/complete/head")).reply("HEAD");
      assertTrue(wire.survives());
    }

    assertClosedOnce("complete/head");
  }

  @Test
  void closesTheIterableOnceWhenItFails() {
    try (var wire = server.connect()) {
      wire.send(get("/closing/fails")).head();
      assertAborted(wire);
    }

    assertClosedOnce("fails");
  }

  @Test
  void closesTheIterableOnceWhenTheClientLeaves() throws IOException {
    try (var wire = server.connect()) {
      wire.send(get("/closing/endless")).head();
      assertEquals(1_000_000, wire.stream().readNBytes(1_000_000).length);
    }

    assertClosedOnce("endless");
  }

  @Test
  void closesTheIterableOnceWhenTheClientResets() throws IOException {
    try (var wire = server.connect()) {
      wire.send(get("/closing/endless/reset")).head();
      wire.reset();
    }

    assertClosedOnce("endless/reset");
  }

  private static void assertClosedOnce(String kind) {
    Await.until(
        "close() of " + kind, () -> !server.get("/closing/count/" + kind).content().equals("0"));
    assertEquals("1", server.get("/closing/count/" + kind).content());
  }

  // --- failures

  @ParameterizedTest
  @CsvSource({
    "error, KeyError: 'the missing key'",
    "base-exception, Secret: not an Exception",
    "system-exit, SystemExit: 3",
    "system-exit-raise, SystemExit: with a message",
    "keyboard-interrupt, KeyboardInterrupt",
    "stop-iteration, StopIteration",
    "generator-exit, GeneratorExit",
    "memory-error, MemoryError",
    "recursion, RecursionError",
  })
  void answers500AndLogsTheTraceback(String kind, String logged) {
    try (var wire = server.connect()) {
      var reply = wire.get("/raising/" + kind);

      assertEquals(500, reply.status());
      assertFalse(reply.content().contains("Traceback"), "the client must not see it");
      assertTrue(wire.survives());
    }
    server.log().await(logged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "system-exit", "recursion"})
  void breaksOffWhenTheHeadWasSent(String kind) {
    try (var wire = server.connect()) {
      var head = wire.send(get("/raising/after/" + kind)).head();

      assertEquals(200, head.status());
      assertAborted(wire);
    }
    assertEquals(200, server.get("/hello").status());
  }

  @Test
  void wsgiErrorsAndPrintReachTheConsole() {
    assertEquals("written\n", server.get("/errors").content());

    server.log().await("to wsgi.errors: \u20ac");
    server.log().await("first of two");
    server.log().await("second of two");
    server.log().await("to standard error");
    server.log().await("logged");
    server.process().out().await("to standard output");
  }

  /** The connection ends before the content does (RFC 9112 §8). */
  private static void assertAborted(Wire wire) {
    var rest = rest(wire);
    assertTrue(rest.contains("begun "), rest);
    assertFalse(rest.endsWith("0\r\n\r\n"), "it looks complete: " + rest);
  }

  private static String rest(Wire wire) {
    try {
      return new String(wire.stream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError("the connection was not closed in order", e);
    }
  }
}
