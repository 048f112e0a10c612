package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Requests and responses over real sockets. */
class ServeTest {
  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void answersOnEachTransport(String transport) throws Exception {
    try (var server = new TestServer.Builder().transport(transport).open(TestWorker::path);
        var client = server.connect()) {
      var response = client.get("/a").response();

      assertEquals("HTTP/1.1 200 OK", response.statusLine());
      assertEquals("/a", response.content());
      assertEquals("yimmo-wsgi", response.field("Server").orElseThrow());
      assertTrue(
          response.field("Date").orElseThrow().matches("\\w{3}, \\d\\d \\w{3} \\d{4} .* GMT"));
      assertTrue(client.survives());
    }
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    try (var server = TestServer.open(TestWorker::path);
        var client = server.connect()) {
      var octets = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        octets.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
      }

      client.send(octets.toString());

      for (int i = 0; i < 100; i++) {
        assertEquals("/" + i, client.response().content());
      }
      assertTrue(client.survives());
    }
  }

  @Test
  void aResponseDoesNotWaitForTheSlowOneBehindIt() throws Exception {
    var quickIsAnswered = new CountDownLatch(1);
    TestWorker.Application application =
        (exchange, queues) -> {
          if (exchange.request().path().equals("/slow")) {
            assertTrue(quickIsAnswered.await(20, TimeUnit.SECONDS));
          } else {
            while (queues.unanswered() < 2) {
              Thread.onSpinWait();
            }
            var _ = new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS); // the server is idle
          }
          TestWorker.path(exchange, queues);
        };
    try (var server = TestServer.open(application);
        var quick = server.connect();
        var slow = server.connect()) {
      quick.get("/quick");
      slow.get("/slow");

      assertEquals("/quick", quick.response().content());
      quickIsAnswered.countDown();
      assertEquals("/slow", slow.response().content());
    }
  }

  @Test
  void tellsTheEndpoints() throws Exception {
    try (var server =
            TestServer.open((exchange, queues) ->
                queues.respond(
                    TestWorker.whole(
                        exchange, 200, "OK", exchange.request().endpoints().toString())));
        var client = server.connect()) {
      var text = client.get("/").response().content();

      assertTrue(
          text.matches(
              "Endpoints\\[remoteAddress=127.0.0.1, remotePort=[1-9]\\d*, localAddress=127.0.0.1,"
                  + " localPort="
                  + server.port()
                  + ", secure=false, tls=]"),
          text);
    }
  }

  @Test
  void listensOnIpv6() throws Exception {
    try (var server = new TestServer.Builder().bind("[::1]:0").open(TestWorker::path)) {
      assertEquals("http://[::1]:" + server.port(), server.url());
    }
  }

  @Test
  void sendsALargeContentInOnePiece() throws Exception {
    var octets = "0123456789abcdef".repeat(1 << 20);
    try (var server = TestServer.open(TestWorker.text(octets));
        var client = server.connect()) {
      client.get("/").get("/");

      assertEquals(octets, client.response().content());
      assertEquals(octets, client.response().content());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 100_000, 1_000_000})
  void streamsContent(int chunkBytes) throws Exception {
    var chunk = "x".repeat(chunkBytes);
    var count = 8_000_000 / Math.max(chunkBytes, 1000);
    try (var server =
            TestServer.open((exchange, queues) -> stream(exchange, queues, chunk, count));
        var client = server.connect()) {
      var response = client.get("/").response();

      assertEquals("chunked", response.field("Transfer-Encoding").orElseThrow());
      assertEquals((long) count * chunkBytes, response.content().length());
      assertEquals("chunked", client.get("/").response().field("Transfer-Encoding").orElseThrow());
    }
  }

  private static void stream(Exchange exchange, ExchangeQueues queues, String chunk, int count) {
    var octets = chunk.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    queues.respond(
        new ResponsePart.Start(
            exchange,
            new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH),
            ByteBuffer.allocate(0)));
    for (int i = 0; i < count && exchange.takeCredit(octets.length); i++) {
      queues.respond(new ResponsePart.More(exchange, ByteBuffer.wrap(octets)));
    }
    queues.respond(new ResponsePart.End(exchange));
  }

  @Test
  void answersAfterTheClientHasEndedItsOutput() throws Exception {
    try (var server = TestServer.open(TestWorker::path);
        var client = server.connect()) {
      client.get("/a").endOutput();

      assertEquals("/a", client.response().content());
      assertTrue(client.closed());
    }
  }

  @Test
  void letsTheClientReadAnEarlyError() throws Exception {
    try (var server = new TestServer.Builder().maxBodyBytes(1000).open(TestWorker::path);
        var client = server.connect()) {
      var length = 8 << 20;
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
      client.send(new byte[length]);

      var response = client.response();
      assertEquals(413, response.status());
      assertEquals("close", response.field("Connection").orElseThrow());
      assertTrue(client.closed());
    }
  }

  @Test
  void asksTheClientToContinue() throws Exception {
    try (var server = TestServer.open(TestWorker::path);
        var client = server.connect()) {
      client.send(
          "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertEquals(100, client.response().status());

      assertEquals("/a", client.send("hello").response().content());
      assertTrue(client.survives());
    }
  }

  @Test
  void resetsAnAbortedContentThatEndsWithTheConnection() throws Exception {
    try (var server =
            TestServer.open((exchange, queues) -> {
              queues.respond(
                  new ResponsePart.Start(
                      exchange,
                      new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH),
                      ByteBuffer.wrap(new byte[] {'h', 'i'})));
              queues.respond(new ResponsePart.Abort(exchange));
            });
        var client = server.connect()) {
      client.send("GET / HTTP/1.0\r\n\r\n");

      assertTrue(client.wasReset());
    }
  }

  @Test
  void acceptsNoMoreConnectionsThanAllowed() throws Exception {
    try (var server = new TestServer.Builder().maxConnections(2).open(TestWorker::path);
        var first = server.connect();
        var second = server.connect();
        var third = server.connect()) {
      assertTrue(first.survives());
      assertTrue(second.survives());
      third.get("/third");
      assertTrue(first.survives());

      second.leave();

      assertEquals("/third", third.response().content());
      assertTrue(first.survives());
    }
  }
}
