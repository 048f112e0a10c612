package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.ResponsePart;

/** What becomes of exchanges whose client has left. */
class ClientGoneTest {
  private final Client client = new Client();

  @Test
  void abandonsExchanges() {
    client.get("/1").get("/2");
    var first = client.exchange();
    var second = client.exchange();

    client.leaves();

    assertTrue(first.abandoned());
    assertTrue(second.abandoned());
  }

  @Test
  void dropsPartsThatWereOnTheirWay() {
    client.get("/1");
    var exchange = client.exchange();
    client.queues.respond(Client.start(exchange, 5, "he"));
    client.queues.respond(Client.more(exchange, "llo"));

    client.leaves();
    client.queues.drain(part -> part.exchange().receiver().receive(part), 10);

    assertEquals("", client.got());
  }

  @Test
  void releasesBlocksThatWereOnTheirWay() {
    var blocks = new ContentBlocks(1);
    client.get("/1");
    var exchange = client.exchange();
    client.queues.respond(Client.start(exchange, 5, ""));
    client.queues.respond(Client.block(exchange, blocks, "hello"));

    client.leaves();
    client.queues.drain(part -> part.exchange().receiver().receive(part), 10);

    assertEquals("", client.got());
    assertEquals(0, blocks.inUse());
  }

  @Test
  void releasesAWholeResponseThatNobodyWants() {
    var blocks = new ContentBlocks(1);
    client.get("/1");
    var exchange = client.exchange();
    client.leaves();

    client.queues.respond(Client.wholeInBlock(exchange, blocks, "hello"));

    assertEquals(0, blocks.inUse());
    assertEquals(0, client.queues.unanswered());
  }

  @Test
  void returnsCreditOnlyForWhatWasTaken() {
    client.get("/1");
    var exchange = client.exchange();
    assertTrue(exchange.tryTakeCredit(Session.WINDOW_BYTES));
    client.congested = true;
    client.respond(Client.start(exchange, 1 << 20, "x".repeat(Session.WINDOW_BYTES)));
    assertFalse(exchange.tryTakeCredit(1));

    client.takesAll();

    assertTrue(exchange.tryTakeCredit(1));
  }

  @Test
  void returnsCreditForContentThatIsNotSent() {
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    var exchange = client.exchange();
    assertTrue(exchange.tryTakeCredit(Session.WINDOW_BYTES));

    client.respond(Client.start(exchange, 1 << 20, "x".repeat(Session.WINDOW_BYTES)));

    assertTrue(exchange.tryTakeCredit(1));
  }

  @Test
  void isLoggedWithWhatWasSent() {
    client.get("/1").get("/2");
    var exchange = client.exchange();
    client.respond(Client.start(exchange, 5, "he"));

    client.leaves();

    assertEquals(200, client.logged.get(0).status());
    assertEquals(2, client.logged.get(0).contentBytes());
    assertEquals(499, client.logged.get(1).status());
  }

  @Test
  void logsEachResponse() {
    client
        .send("GET /a?b HTTP/1.0\r\nReferer: r\r\nUser-Agent: u\r\nConnection: keep-alive\r\n\r\n")
        .answer()
        .send("BAD\r\n\r\n");

    var first = client.logged.get(0);
    assertEquals("192.0.2.1", first.remoteAddress());
    assertEquals(
        "GET /a?b HTTP/1.0", first.method() + " " + first.target() + " " + first.protocol());
    assertEquals(200, first.status());
    assertEquals(2, first.contentBytes());
    assertEquals("r", first.referer());
    assertEquals("u", first.userAgent());
    assertTrue(first.durationNanos() > 0 && first.epochMillis() > 0);
    var second = client.logged.get(1);
    assertEquals("", second.method());
    assertEquals(400, second.status());
  }

  @Test
  void doesNotAnswerAfterAnAbort() {
    client.get("/1");
    var exchange = client.exchange();
    client.respond(new ResponsePart.Abort(exchange));
    client.got();

    client.respond(Client.whole(exchange, "late"));

    assertEquals("", client.got());
  }
}
