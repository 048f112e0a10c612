package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.session.Client.end;
import static org.yimmo.wsgi.session.Client.more;
import static org.yimmo.wsgi.session.Client.respond;
import static org.yimmo.wsgi.session.Client.start;
import static org.yimmo.wsgi.session.Client.whole;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** A request and its response on one stream. */
class RequestStreamTest {
  private final StreamClient client = new StreamClient();

  private static ResponsePart answer(
      Exchange exchange, Fields fields, long length, String content) {
    return new ResponsePart.Whole(
        exchange,
        new ResponseHead(200, "OK", fields, length),
        ByteBuffer.wrap(content.getBytes(ISO_8859_1)));
  }

  // --- responses

  @Test
  void answersInOnePart() {
    var stream = client.get("/a");

    client.answer();

    assertEquals("200 content-length=2 | \"/a\" END", stream.got());
    assertEquals(200, client.logged.getFirst().status());
    assertEquals("HTTP/2", client.logged.getFirst().protocol());
    assertEquals(2, client.logged.getFirst().contentBytes());
  }

  @Test
  void endsWithTheHeadWhereThereIsNoContent() {
    var empty = client.get("/");
    respond(client.queues, whole(client.exchange(), ""));
    var head = client.request("HEAD", "/").isEmpty();
    respond(client.queues, answer(client.exchange(), Fields.none(), 5, ""));
    var noContent = client.get("/");
    respond(client.queues, whole(client.exchange(), 204, "No Content", ""));
    var notModified = client.get("/");
    respond(client.queues, whole(client.exchange(), 304, "Not Modified", ""));

    assertEquals("200 content-length=0 END", empty.got());
    assertEquals("200 content-length=5 END", head.got());
    assertEquals("204 END", noContent.got());
    assertEquals("304 content-length=0 END", notModified.got());
  }

  @Test
  void passesOnPartsAsTheyCome() {
    var stream = client.get("/");
    var exchange = client.exchange();

    respond(client.queues, start(exchange, ResponseHead.UNKNOWN_LENGTH, "a"));
    assertEquals("200 | \"a\"", stream.got());
    respond(client.queues, more(exchange, "b"));
    respond(client.queues, end(exchange));

    assertEquals("200 | \"a\" | \"b\" | \"\" END", stream.got());
  }

  @Test
  void sendsNoContentOfAHeadRequest() {
    var stream = client.request("HEAD", "/").isEmpty();
    var exchange = client.exchange();

    respond(client.queues, start(exchange, 3, "abc"), more(exchange, "d"), end(exchange));

    assertEquals("200 content-length=3 | \"\" END", stream.got());
  }

  @Test
  void releasesABlock() {
    var blocks = new ContentBlocks(1);
    var stream = client.get("/");
    var exchange = client.exchange();

    respond(client.queues, start(exchange, ResponseHead.UNKNOWN_LENGTH, ""));
    respond(client.queues, Client.block(exchange, blocks, "block"));

    assertEquals("200 | \"block\"", stream.got());
    assertEquals(0, blocks.inUse());

    stream.closes();
    respond(client.queues, Client.block(exchange, blocks, "unwanted"));
    assertEquals(0, blocks.inUse());
  }

  @Test
  void endsAfterAWholeBlock() {
    var blocks = new ContentBlocks(1);
    var stream = client.get("/");

    respond(client.queues, Client.wholeInBlock(client.exchange(), blocks, "whole"));

    assertEquals("200 content-length=5 | \"whole\" | \"\" END", stream.got());
    assertEquals(0, blocks.inUse());
  }

  @Test
  void dropsFieldsOfTheConnection() {
    var stream = client.get("/");
    var fields =
        Fields.of(
            "Connection",
            "close",
            "Keep-Alive",
            "a",
            "Upgrade",
            "h2c",
            "Proxy-Connection",
            "b",
            "Transfer-Encoding",
            "chunked",
            "X-Y",
            " z ",
            "Set-Cookie",
            "c",
            "Set-Cookie",
            "d");

    respond(client.queues, answer(client.exchange(), fields, -1, ""));

    assertEquals("200 x-y=z set-cookie=c set-cookie=d content-length=0 END", stream.got());
  }

  @Test
  void resetsWhatBreaksOff() {
    var stream = client.get("/");
    var exchange = client.exchange();

    respond(client.queues, start(exchange, ResponseHead.UNKNOWN_LENGTH, "a"));
    respond(client.queues, new ResponsePart.Abort(exchange));

    assertEquals("200 | \"a\" | INTERNAL_ERROR", stream.got());
    assertEquals(1, client.shared.requestsEnded());
  }

  @Test
  void answersForAnApplicationThatDoesNot() {
    var aborted = client.get("/");
    respond(client.queues, new ResponsePart.Abort(client.exchange()));
    var late = client.get("/");
    var exchange = client.exchange();
    client.queues.expire(exchange);
    client.queues.drain(part -> part.exchange().receiver().receive(part), 10);

    assertTrue(aborted.got().startsWith("500 "), aborted.got());
    assertTrue(aborted.got().endsWith(" END"), aborted.got());
    assertTrue(late.got().startsWith("504 "), late.got());
    assertTrue(exchange.abandoned());
  }

  @Test
  void resetsWhereLessComesThanAnnounced() {
    var stream = client.get("/");
    var exchange = client.exchange();

    respond(client.queues, start(exchange, 5, "abc"), end(exchange));

    assertEquals("200 content-length=5 | \"abc\" | INTERNAL_ERROR", stream.got());
  }

  @Test
  void cutsWhatIsMoreThanAnnounced() {
    var stream = client.get("/");
    var exchange = client.exchange();

    respond(client.queues, start(exchange, 2, "abc"), more(exchange, "d"), end(exchange));

    assertEquals("200 content-length=2 | \"ab\" | \"\" END", stream.got());
  }

  // --- back-pressure

  @Test
  void givesCreditBackForWhatTheClientTakes() {
    var stream = client.get("/");
    var exchange = client.exchange();
    client.takesNothing = true;
    assertTrue(exchange.tryTakeCredit(Session.WINDOW_BYTES));

    respond(client.queues, start(exchange, -1, "abc"));
    assertFalse(exchange.tryTakeCredit(1));
    client.takesAll();

    assertTrue(exchange.tryTakeCredit(3));
    assertFalse(exchange.tryTakeCredit(1));
    assertEquals("200 | \"abc\"", stream.got());
  }

  @Test
  void resetsAStreamThatTakesNothingInTime() {
    var slow = client.get("/");
    var exchange = client.exchange();
    client.takesNothing = true;
    respond(client.queues, start(exchange, -1, "abc"));
    client.takesNothing = false;
    var other = client.get("/other");

    client.waits(Client.LIMITS.writeTimeout());

    assertEquals("200 | \"abc\" | CANCEL", slow.got());
    assertTrue(exchange.abandoned());
    respond(client.queues, end(exchange));
    client.answer();
    assertTrue(other.got().startsWith("200 "), other.got());
  }

  // --- content of requests

  @Test
  void collectsContent() {
    var stream = client.request("POST", "/").hasContent();

    stream.sends("ab");
    assertFalse(client.hasExchange());
    stream.ends("cd");

    assertEquals("abcd", Client.text(client.exchange().request().content()));
    assertEquals(4, stream.consumed);
  }

  @Test
  void endsContentWithTrailers() {
    var stream = client.request("POST", "/").hasContent();

    stream.sends("ab").trails();

    var request = client.exchange().request();
    assertEquals("ab", Client.text(request.content()));
  }

  @Test
  void hasNoContentAfterAnEmptyFrame() {
    client.request("POST", "/").hasContent().ends("");

    assertSame(Content.none(), client.exchange().request().content());
  }

  @Test
  void resetsWhereTheContentIsNotAsLongAsAnnounced() {
    var more = client.request("POST", "/").with("content-length", "2").hasContent().sends("abc");
    var less = client.request("POST", "/").with("content-length", "2").hasContent().ends("a");
    var none = client.request("POST", "/").with("content-length", "2").isEmpty();
    var trailed = client.request("POST", "/").with("content-length", "2").hasContent();
    trailed.trails();

    assertEquals("PROTOCOL_ERROR", more.got());
    assertEquals("PROTOCOL_ERROR", less.got());
    assertEquals("PROTOCOL_ERROR", none.got());
    assertEquals("PROTOCOL_ERROR", trailed.got());
    assertFalse(client.hasExchange());
  }

  @Test
  void refusesContentThatGetsTooLarge() {
    var stream = client.request("POST", "/").hasContent();
    stream.sends("a".repeat(1000));

    stream.sends("b");

    assertTrue(stream.got().startsWith("413 "), stream.got());
    assertTrue(stream.got().endsWith("then NO_ERROR"), stream.got());
    stream.sends("c".repeat(100));
    assertEquals(1101, stream.consumed); // what is not wanted is not held against the others
    assertFalse(client.hasExchange());
  }

  @Test
  void letsTheClientContinue() {
    var stream = client.request("POST", "/").with("expect", "100-continue").hasContent();

    assertEquals("100", stream.got());
    stream.ends("a");
    client.answer();
    assertTrue(stream.got().startsWith("100 | 200 "), stream.got());
  }

  @Test
  void doesNotLetTheClientContinueInVain() {
    var stream =
        client
            .request("POST", "/")
            .with("expect", "100-continue", "content-length", "5000")
            .hasContent();

    assertTrue(stream.got().startsWith("413 "), stream.got());
  }

  @Test
  void takesLargeContentNoFasterThanTheDisk() {
    var larger = 4 * ContentBlocks.BLOCK_BYTES;
    var limits =
        new Limits(
            100,
            200,
            0,
            500,
            4,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));
    var uploading = new StreamClient(limits);
    var stream = uploading.request("POST", "/").hasContent();
    var sent = 0;
    while (stream.consumed == sent && sent < 100 * larger) {
      stream.sends("a".repeat(larger));
      sent += larger;
    }

    assertTrue(stream.consumed < sent, "the disk wrote nothing, and all was taken");
    uploading.disk();
    assertEquals(sent, stream.consumed);

    stream.ends("b");
    uploading.disk();
    var content = uploading.exchange().request().content();
    assertEquals(sent + 1, content.length());
    content.close();
  }

  @Test
  void refusesContentThatDoesNotCome() {
    var stream = client.request("POST", "/").hasContent();
    client.waits(Client.LIMITS.bodyTimeout().minusSeconds(1));
    stream.sends("a");
    client.waits(Client.LIMITS.bodyTimeout().minusSeconds(1));
    assertEquals("", stream.got());

    client.waits(Duration.ofSeconds(1));

    assertTrue(stream.got().startsWith("408 "), stream.got());
  }

  // --- the client leaves

  @Test
  void abandonsTheExchangeOfAStreamThatIsReset() {
    var stream = client.get("/");
    var exchange = client.exchange();

    stream.closes();

    assertTrue(exchange.abandoned());
    assertEquals(499, client.logged.getFirst().status());
    assertEquals(0, client.shared.requestsInFlight());
    respond(client.queues, whole(exchange, "late"));
    assertEquals("", stream.got());
  }

  @Test
  void releasesContentOfAStreamThatIsReset() {
    var stream = client.request("POST", "/").hasContent();
    stream.sends("a".repeat(700)); // on its way to a file

    stream.closes();
    client.disk();

    assertFalse(client.hasExchange());
    assertEquals(0, client.shared.blocks.inUse());
    assertTrue(client.logged.isEmpty());
  }

  // --- workers

  @Test
  void answers503WithoutAWorker() {
    client.shared.workers().remove(client.queues);

    var stream = client.get("/");

    assertTrue(stream.got().startsWith("503 content-type=text/plain retry-after=1 "), stream.got());
  }

  @Test
  void goesToAnotherWorkerFromOneThatDoesNotServe() {
    var other = new ExchangeQueues("other", 4);
    var stream = client.get("/");
    client.shared.workers().remove(client.queues);
    client.shared.workers().add(other);

    client.queues.refuseWaiting();
    client.queues.drain(part -> part.exchange().receiver().receive(part), 10);
    respond(other, whole(Client.exchange(other), "other"));

    assertEquals("200 content-length=5 | \"other\" END", stream.got());
  }
}
