package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.server.internal.FrameClient.DATA;
import static org.yimmo.wsgi.server.internal.FrameClient.END_HEADERS;
import static org.yimmo.wsgi.server.internal.FrameClient.END_STREAM;
import static org.yimmo.wsgi.server.internal.FrameClient.ENHANCE_YOUR_CALM;
import static org.yimmo.wsgi.server.internal.FrameClient.GOAWAY;
import static org.yimmo.wsgi.server.internal.FrameClient.HEADERS;
import static org.yimmo.wsgi.server.internal.FrameClient.INTERNAL_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.NO_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.PING;
import static org.yimmo.wsgi.server.internal.FrameClient.REFUSED_STREAM;
import static org.yimmo.wsgi.server.internal.FrameClient.RST_STREAM;
import static org.yimmo.wsgi.server.internal.FrameClient.WINDOW_UPDATE;
import static org.yimmo.wsgi.server.internal.FrameClient.frame;
import static org.yimmo.wsgi.server.internal.FrameClient.head;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Requests and responses over HTTP/2 connections. */
class Http2Test {
  private static final int INITIAL_WINDOW = 4; // a setting, RFC 9113 §6.5.2
  private static final int WHOLE = END_STREAM | END_HEADERS;

  private final LargeResponse large = new LargeResponse();

  private void answer(Exchange exchange, ExchangeQueues queues) {
    switch (exchange.request().path()) {
      case "/large" -> large.produce(exchange, queues, ResponseHead.UNKNOWN_LENGTH);
      case "/length" ->
          queues.respond(
              TestWorker.whole(
                  exchange, 200, "OK", Long.toString(exchange.request().content().length())));
      case "/broken" -> {
        queues.respond(
            new ResponsePart.Start(
                exchange,
                new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH),
                ByteBuffer.allocate(10)));
        queues.respond(new ResponsePart.Abort(exchange));
      }
      default -> TestWorker.path(exchange, queues);
    }
  }

  private static void awaitNoConnection(TestServer server) {
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (server.ioThread().connectionCount() > 0) {
      assertTrue(System.nanoTime() < end, "the connection is still there");
      Thread.onSpinWait();
    }
  }

  private TestServer open() throws StartFailure {
    return new TestServer.Builder().open(this::answer, this::answer);
  }

  // --- one connection

  @Test
  void servesManyStreamsOfOneConnection() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      for (int stream = 1; stream < 1000; stream += 2) {
        assertEquals("/" + stream, client.get(stream, "/" + stream).response(stream).content());
      }
    }
  }

  @Test
  void servesHttp1AtTheSamePort() throws Exception {
    try (var server = open();
        var client = server.connect()) {
      client.send("P").send("OST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");

      assertEquals("3", client.response().content());
      assertTrue(client.survives());
    }
  }

  @Test
  void takesAPrefaceInPieces() throws Exception {
    try (var server = open();
        var client = FrameClient.connect(server.port())) {
      for (var octet : FrameClient.PREFACE.toCharArray()) {
        client.send(new byte[] {(byte) octet});
      }
      client.settings().get(1, "/a");

      assertEquals("/a", client.response(1).content());
    }
  }

  @Test
  void speaksOnlyHttp1WhereThatIsWanted() throws Exception {
    try (var server = new TestServer.Builder().noHttp2().open(this::answer);
        var client = server.connect()) {
      client.send(FrameClient.PREFACE);

      assertEquals(505, client.response().status());
    }
  }

  @Test
  void leavesNothingBehindWhenItChangesToHttp2() throws Exception {
    try (var server = open()) {
      try (var client = FrameClient.greet(server.port())) {
        client.get(1, "/a").response(1);
        assertEquals(1, server.ioThread().connectionCount());
      }

      awaitNoConnection(server);
    }
  }

  @Test
  void answersPing() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      assertTrue(client.survives());
    }
  }

  // --- limits

  @Test
  void refusesMoreStreamsThanAllowed() throws Exception {
    var answers = new CountDownLatch(1);
    TestWorker.Application slow =
        (exchange, queues) -> {
          answers.await();
          TestWorker.path(exchange, queues);
        };
    try (var server = new TestServer.Builder().maxConcurrentStreams(2).open(slow);
        var client = FrameClient.greet(server.port())) {
      client.get(1, "/1").get(3, "/3").get(5, "/5");

      var reset = client.next(RST_STREAM);
      assertEquals(5, reset.stream());
      assertEquals(REFUSED_STREAM, reset.error());
      answers.countDown();
      assertEquals("/1", client.response(1).content());
      assertEquals("/3", client.response(3).content());
      assertEquals("/7", client.get(7, "/7").response(7).content());
    }
  }

  @Test
  void answersWhatIsTooLargeAndGoesOn() throws Exception {
    try (var server =
            new TestServer.Builder()
                .maxLineBytes(100)
                .maxFieldsBytes(1000)
                .maxBodyBytes(10)
                .open(this::answer);
        var client = FrameClient.greet(server.port())) {
      var path = client.get(1, "/" + "a".repeat(100)).response(1);
      client.send(frame(HEADERS, WHOLE, 3, head("GET", "/", "a", "b".repeat(1000))));
      var fields = client.response(3);
      client.send(frame(HEADERS, WHOLE, 5, head("GET", "/", "a", "b".repeat(1300))));
      var farTooLarge = client.response(5);
      var content = client.post(7, "/").data(7, END_STREAM, "12345678901").response(7);

      assertEquals(414, path.status());
      assertEquals(431, fields.status());
      assertEquals(431, farTooLarge.status());
      assertEquals(413, content.status());
      assertEquals("/again", client.get(9, "/again").response(9).content());
    }
  }

  @Test
  void endsAStreamWhoseContentIsNotWantedAnyMore() throws Exception {
    try (var server = new TestServer.Builder().maxBodyBytes(10).open(this::answer);
        var client = FrameClient.greet(server.port())) {
      client.post(1, "/").data(1, 0, "12345678901");

      assertEquals(413, client.response(1).status());
      var reset = client.next(RST_STREAM);
      assertEquals(NO_ERROR, reset.error());
      assertTrue(client.survives());
    }
  }

  @Test
  void endsAConnectionThatFloodsAndDoesNotRead() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      client.socket().setSoTimeout(60_000);
      var pings = ByteBuffer.allocate(17 * 4096);
      while (pings.hasRemaining()) {
        pings.put(frame(PING, 0, 0, new byte[8]));
      }
      var flood =
          CompletableFuture.runAsync(() -> {
            try {
              for (int i = 0; i < 10_000; i++) {
                client.send(pings.array());
              }
            } catch (IOException _) {
              // the server has had enough
            }
          });

      flood.get(60, TimeUnit.SECONDS);
      assertTrue(client.closed());
      awaitNoConnection(server);
    }
  }

  @Test
  void endsAConnectionThatLetsStreamsBeReset() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      for (int stream = 1; stream < 600; stream += 2) { // each is answered by RST_STREAM
        client.get(stream, "/").send(WINDOW_UPDATE, 0, stream, 0, 0, 0, 0);
      }

      var frame = client.next();
      while (frame.type() != GOAWAY) {
        frame = client.next();
      }
      assertEquals(ENHANCE_YOUR_CALM, frame.error());
    }
  }

  // --- flow control

  @Test
  void sendsNoMoreThanTheWindowAllows() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port(), INITIAL_WINDOW, 3)) {
      client.get(1, "/abcdef");

      client.next(HEADERS);
      assertEquals("/ab", client.next(DATA).text());
      client.send(WINDOW_UPDATE, 0, 1, 0, 0, 0, 1);
      assertEquals("c", client.next(DATA).text());
      client.settings(INITIAL_WINDOW, 5);
      assertEquals("de", client.next(DATA).text());
      client.send(WINDOW_UPDATE, 0, 1, 0, 0, 0, 9);
      var last = client.next(DATA);
      assertEquals("f", last.text());
      assertTrue(last.ends());
    }
  }

  @Test
  void lendsTheWindowOfAnUploadAgain() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      client.post(1, "/length");
      var sent = 0;
      for (int window = 256 * 1024; sent < 2_000_000; ) { // what the server's settings say
        for (; window >= 16_000; window -= 16_000) {
          client.data(1, 0, "a".repeat(16_000));
          sent += 16_000;
        }
        window += ByteBuffer.wrap(nextWindow(client).payload()).getInt();
      }
      client.data(1, END_STREAM, "");

      assertEquals(Integer.toString(sent), client.response(1).content());
    }
  }

  /** Of the stream: that of the connection is larger. */
  private static FrameClient.Frame nextWindow(FrameClient client) throws IOException {
    var frame = client.next(WINDOW_UPDATE);
    while (frame.stream() == 0) {
      frame = client.next(WINDOW_UPDATE);
    }
    return frame;
  }

  @Test
  void letsAStreamThatIsNotReadWaitInItsWorkerWhileOthersAreServed() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port(), INITIAL_WINDOW, 0)) {
      client.send(WINDOW_UPDATE, 0, 0, 0, 0x7f, 0, 0); // of the connection: it is not the obstacle
      client.get(1, "/large");
      assertTrue(large.waiting.await(10, TimeUnit.SECONDS));

      for (int stream = 3; stream < 43; stream += 2) {
        client.get(stream, "/b").send(WINDOW_UPDATE, 0, stream, 0, 0, 0, 9);
        var data = client.next(DATA);
        assertEquals(stream, data.stream());
      }
      assertTrue(
          large.produced.get() <= 1024 * 1024, large.produced::toString); // what may be on its way
      assertEquals(1, large.ended.getCount());
    }
  }

  @Test
  void freesTheWorkerOfAStreamThatTheClientResets() throws Exception {
    try (var server = new TestServer.Builder().open(this::answer);
        var client = FrameClient.greet(server.port(), INITIAL_WINDOW, 0)) {
      client.get(1, "/large");
      assertTrue(large.waiting.await(10, TimeUnit.SECONDS));
      assertEquals(1, client.next(HEADERS).stream());

      client.send(RST_STREAM, 0, 1, 0, 0, 0, 8);

      assertTrue(large.ended.await(10, TimeUnit.SECONDS));
      client.get(3, "/b").send(WINDOW_UPDATE, 0, 3, 0, 0, 0, 9);
      assertEquals("/b", client.response(3).content());
    }
  }

  @Test
  void givesUpAStreamAfterTheWriteTimeout() throws Exception {
    try (var server =
            new TestServer.Builder().writeTimeout(Duration.ofMillis(200)).open(this::answer);
        var client = FrameClient.greet(server.port(), INITIAL_WINDOW, 0)) {
      client.get(1, "/large");

      assertEquals(1, client.next(RST_STREAM).stream());
      assertTrue(large.ended.await(10, TimeUnit.SECONDS));
      assertTrue(client.survives());
    }
  }

  @Test
  void resetsAConnectionThatReadsNothingAfterTheWriteTimeout() throws Exception {
    try (var server =
            new TestServer.Builder().writeTimeout(Duration.ofMillis(200)).open(this::answer);
        var client = FrameClient.greet(server.port(), INITIAL_WINDOW, 0x7fffffff)) {
      client.send(WINDOW_UPDATE, 0, 0, 0x7f, 0, 0, 0);
      client.get(1, "/large");

      assertTrue(large.ended.await(10, TimeUnit.SECONDS));
      awaitNoConnection(server);
    }
  }

  // --- what goes wrong

  @Test
  void resetsAResponseThatBreaksOff() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      client.get(1, "/broken");

      var reset = client.next(RST_STREAM);
      assertEquals(1, reset.stream());
      assertEquals(INTERNAL_ERROR, reset.error());
      assertEquals("/again", client.get(3, "/again").response(3).content());
    }
  }

  @Test
  void closesAnIdleConnection() throws Exception {
    try (var server =
            new TestServer.Builder().idleTimeout(Duration.ofMillis(200)).open(this::answer);
        var client = FrameClient.greet(server.port())) {
      client.get(1, "/a").response(1);

      var last = client.goAway();
      assertEquals(NO_ERROR, last.error());
      assertEquals(1, last.lastStream());
      assertTrue(client.closed());
    }
  }

  @Test
  void finishesAHalfClosedConnection() throws Exception {
    try (var server = open();
        var client = FrameClient.greet(server.port())) {
      client.get(1, "/a");
      client.socket().shutdownOutput();

      assertEquals("/a", client.response(1).content());
      assertTrue(client.closed());
    }
  }

  // --- the server stops

  @Test
  void servesWhatWasOpenedAndSaysGoodbye() throws Exception {
    var answers = new CountDownLatch(1);
    TestWorker.Application slow =
        (exchange, queues) -> {
          answers.await();
          TestWorker.path(exchange, queues);
        };
    try (var server = new TestServer.Builder().open(slow);
        var client = FrameClient.greet(server.port())) {
      client.get(1, "/before");
      assertTrue(client.survives()); // the request is there

      var stopped = CompletableFuture.runAsync(() -> server.stop(Duration.ofSeconds(30)));
      var announced = client.goAway();
      assertEquals(Integer.MAX_VALUE, announced.lastStream());
      assertEquals(NO_ERROR, announced.error());
      client.get(3, "/meanwhile");
      var ping = client.next(PING);
      client.send(frame(PING, FrameClient.ACK, 0, ping.payload()));
      assertEquals(3, client.goAway().lastStream());
      client.get(5, "/late"); // dropped
      assertFalse(stopped.isDone());
      answers.countDown();

      assertEquals("/before", client.response(1).content());
      assertEquals("/meanwhile", client.response(3).content());
      assertTrue(client.closed());
      client.leave();
      stopped.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void keepsContentUntilTheWorkerHasReadIt() throws Exception {
    var text = new CompletableFuture<String>();
    TestWorker.Application reading =
        (exchange, queues) -> {
          var memory = (Content.Memory) exchange.request().content();
          text.complete(ISO_8859_1.decode(memory.bytes()).toString());
          TestWorker.path(exchange, queues);
        };
    try (var server = new TestServer.Builder().open(reading);
        var client = FrameClient.greet(server.port())) {
      client.post(1, "/").data(1, 0, "abc").data(1, END_STREAM, "def").response(1);

      assertEquals("abcdef", text.get());
    }
  }
}
