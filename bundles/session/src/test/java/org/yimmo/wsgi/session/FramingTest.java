package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** RFC 9112 §6: how the client finds the end of a response. */
class FramingTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nServer: yimmo-wsgi\r\n";

  private final Client client = new Client();

  @Test
  void announcesALengthThatIsKnown() {
    client.get("/");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, 5, ""),
        Client.more(exchange, "hel"),
        Client.more(exchange, "lo"),
        Client.end(exchange));

    assertEquals(OK + "Content-Length: 5\r\n\r\nhello", client.got());
    assertTrue(client.survives());
  }

  @Test
  void chunksAContentOfUnknownLength() {
    client.get("/");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, ResponseHead.UNKNOWN_LENGTH, "x".repeat(26)),
        Client.more(exchange, ""),
        Client.more(exchange, "lo"),
        Client.end(exchange));

    assertEquals(
        OK
            + "Transfer-Encoding: chunked\r\n\r\n1a\r\n"
            + "x".repeat(26)
            + "\r\n2\r\nlo\r\n0\r\n\r\n",
        client.got());
    assertTrue(client.survives());
  }

  @Test
  void chunksBlocks() {
    var blocks = new ContentBlocks(1);
    client.get("/");
    var exchange = client.exchange();

    client.respond(Client.start(exchange, ResponseHead.UNKNOWN_LENGTH, ""));
    client.respond(Client.block(exchange, blocks, "hello"));
    client.respond(Client.block(exchange, blocks, "you"), Client.end(exchange));

    assertEquals(
        OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void cutsABlockAtTheAnnouncedLength() {
    var blocks = new ContentBlocks(1);
    client.get("/");
    var exchange = client.exchange();

    client.respond(Client.start(exchange, 2, ""));
    client.respond(Client.block(exchange, blocks, "hello"));
    client.respond(Client.block(exchange, blocks, "more"), Client.end(exchange));

    assertEquals(OK + "Content-Length: 2\r\n\r\nhe", client.got());
    assertEquals(0, blocks.inUse());
  }

  @Test
  void endsAContentOfUnknownLengthForHttp10WithTheConnection() {
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, ResponseHead.UNKNOWN_LENGTH, "hel"),
        Client.more(exchange, "lo"),
        Client.end(exchange));

    assertEquals(OK + "Connection: close\r\n\r\nhello", client.got());
    assertTrue(client.outputEnded);
  }

  @Test
  void findsTheLengthOfAWholeContent() {
    client.get("/");
    var exchange = client.exchange();

    client.respond(
        new ResponsePart.Whole(
            exchange,
            new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH),
            ByteBuffer.wrap(new byte[] {'h', 'i'})));

    assertEquals(OK + "Content-Length: 2\r\n\r\nhi", client.got());
  }

  @Test
  void findsTheLengthOfAWholeBlock() {
    var blocks = new ContentBlocks(1);
    client.get("/");
    client.respond(Client.wholeInBlock(client.exchange(), blocks, "hi"));

    assertEquals(OK + "Content-Length: 2\r\n\r\nhi", client.got());
    assertEquals(0, blocks.inUse());
    assertTrue(client.survives());
  }

  @Test
  void sendsNoContentToHead() {
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

    client.respond(Client.whole(client.exchange(), "hello"));

    assertEquals(OK + "Content-Length: 5\r\n\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void announcesToHeadWhatGetWouldBring() {
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    var exchange = client.exchange();

    client.respond(Client.start(exchange, 5, ""), Client.end(exchange));

    assertEquals(OK + "Content-Length: 5\r\n\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void announcesNothingToHeadWhenNothingIsKnown() {
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, ResponseHead.UNKNOWN_LENGTH, "hello"), Client.end(exchange));

    assertEquals(OK + "\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void announcesNoLengthWith204() {
    client.get("/");

    client.respond(Client.whole(client.exchange(), 204, "No Content", ""));

    assertEquals("HTTP/1.1 204 No Content\r\nServer: yimmo-wsgi\r\n\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void sendsNoContentWith304() {
    client.get("/");

    client.respond(Client.whole(client.exchange(), 304, "Not Modified", "hello"));

    assertEquals(
        "HTTP/1.1 304 Not Modified\r\nServer: yimmo-wsgi\r\nContent-Length: 5\r\n\r\n",
        client.got());
    assertTrue(client.survives());
  }

  @Test
  void announcesAnEmptyContent() {
    client.get("/");

    client.respond(Client.whole(client.exchange(), ""));

    assertEquals(OK + "Content-Length: 0\r\n\r\n", client.got());
    assertTrue(client.survives());
  }

  @Test
  void keepsDateAndServerOfTheApplication() {
    client.get("/");

    client.respond(
        new ResponsePart.Whole(
            client.exchange(),
            new ResponseHead(
                200, "", Fields.of("date", "then", "SERVER", "mine", "X", "\u00e4"), 0),
            ByteBuffer.allocate(0)));

    assertEquals(
        "HTTP/1.1 200 \r\ndate: then\r\nSERVER: mine\r\nX: \u00e4\r\nContent-Length: 0\r\n\r\n",
        client.got());
  }

  @Test
  void changesTheReasonPhraseWithTheApplication() {
    client.get("/").get("/");
    client.respond(Client.whole(client.exchange(), 200, "Fine", ""));
    client.respond(Client.whole(client.exchange(), 200, "OK", ""));

    var got = client.got();
    assertTrue(got.startsWith("HTTP/1.1 200 Fine\r\n") && got.contains("HTTP/1.1 200 OK\r\n"), got);
  }

  @Test
  void sendsNoMoreThanWasAnnounced() {
    client.get("/");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, 3, "he"),
        Client.more(exchange, "llo"),
        Client.more(exchange, "!"),
        Client.end(exchange));

    assertEquals(OK + "Content-Length: 3\r\n\r\nhel", client.got());
    assertTrue(client.survives());
  }

  @Test
  void endsTheConnectionWhenLessCameThanWasAnnounced() {
    client.get("/");
    var exchange = client.exchange();

    client.respond(Client.start(exchange, 5, "hel"), Client.end(exchange));

    assertEquals(OK + "Content-Length: 5\r\n\r\nhel", client.got());
    assertTrue(client.outputEnded);
  }

  @Test
  void answers500WhenAnExchangeIsAbortedAtOnce() {
    client.get("/");

    client.respond(new ResponsePart.Abort(client.exchange()));

    assertTrue(client.wasRefusedWith(500));
  }

  @ParameterizedTest
  @ValueSource(longs = {ResponseHead.UNKNOWN_LENGTH, 100})
  void endsTheConnectionWithinAnAbortedContent(long length) {
    client.get("/1").get("/2");
    var exchange = client.exchange();
    var next = client.exchange();

    client.respond(Client.start(exchange, length, "hel"), new ResponsePart.Abort(exchange));

    assertFalse(client.got().endsWith("0\r\n\r\n"));
    assertTrue(client.outputEnded);
    assertTrue(next.abandoned());
  }

  @Test
  void resetsTheConnectionWhenItsEndWouldLookOrderly() {
    client.send("GET / HTTP/1.0\r\n\r\n");
    var exchange = client.exchange();

    client.respond(
        Client.start(exchange, ResponseHead.UNKNOWN_LENGTH, "hel"),
        new ResponsePart.Abort(exchange));

    assertTrue(client.wasReset);
  }

  @Test
  void survivesPartsThatCannotBe() {
    client.get("/");
    var other = client.connectAnother().get("/other");
    var broken = client.exchange();
    var good = client.exchange();

    client.respond(Client.whole(broken, 999, "Beyond", ""), Client.whole(good, "fine"));

    assertTrue(client.wasReset);
    assertEquals(Client.ok("fine"), other.got());
  }
}
