package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** RFC 9112 §9.3.2: several requests on the way, responses in order. */
class PipeliningTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private final Client client = new Client();

  @Test
  void offersRequestsBeforeTheFirstIsAnswered() {
    client.get("/1").get("/2");

    var first = client.exchange();
    var second = client.exchange();
    client.respond(Client.whole(first, "one"), Client.whole(second, "two"));

    assertEquals(Client.ok("one") + Client.ok("two"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void letsResponsesBehindOthersHaveLessOnTheirWay() {
    client.get("/1").get("/2");

    assertWindow(Session.WINDOW_BYTES, client.exchange());
    assertWindow(Session.PIPELINED_WINDOW_BYTES, client.exchange());
  }

  private static void assertWindow(int bytes, Exchange exchange) {
    assertTrue(exchange.tryTakeCredit(1));
    assertTrue(exchange.tryTakeCredit(bytes - 1));
    assertFalse(exchange.tryTakeCredit(1));
  }

  @Test
  void parsesTheSameHoweverTheOctetsAreSplit() {
    var octets =
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;x=y\r\nabc\r\n0\r\nT: t\r\n\r\n";

    for (int i = 1; i < octets.length(); i++) {
      var split = new Client();
      split.send(octets.substring(0, i)).send(octets.substring(i));

      assertEquals("hello", Client.text(split.exchange().request().content()));
      assertEquals("/2", split.exchange().request().path());
      assertEquals("abc", Client.text(split.exchange().request().content()));
      assertEquals(3, split.queues.unanswered());
    }
  }

  @Test
  void parsesSingleOctets() {
    var octets =
        "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"
            + "c\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";

    octets.chars().forEach(octet -> client.send(String.valueOf((char) octet)));

    assertEquals("abc", Client.text(client.exchange().request().content()));
    assertEquals("/2", client.exchange().request().path());
  }

  @Test
  void readsNoMoreThanSixteenRequestsAhead() {
    client.send(GET.repeat(20));

    assertEquals(16, client.queues.unanswered());
    assertTrue(client.readingPaused);

    client.each(20, Client::answer);

    assertFalse(client.readingPaused);
    assertEquals(Client.ok("/").repeat(20), client.got());
    assertTrue(client.survives());
  }

  @Test
  void answersErrorsInTurn() {
    client.get("/1").send("BAD\r\n\r\n");

    assertEquals("", client.got());
    client.answer();

    var got = client.got();
    assertTrue(got.startsWith(Client.ok("/1") + "HTTP/1.1 400 Bad Request\r\n"), got);
    assertTrue(client.outputEnded);
  }

  @Test
  void takesNothingAfterAnError() {
    client.send("BAD\r\n\r\n" + GET).send(GET);

    assertTrue(client.wasRefusedWith(400));
  }

  @Test
  void readsNothingWhileTheClientDoesNot() {
    client.get("/1").answer();
    client.takesNothing();

    client.get("/2");

    assertFalse(client.hasExchange());
    assertTrue(client.readingPaused);
    client.takesAll();
    assertTrue(client.hasExchange());
    assertFalse(client.readingPaused);
  }

  @Test
  void keepsToOneWorkerWhileExchangesAreInFlight() {
    var other = new ExchangeQueues("other", 32);
    client.get("/1");
    client.shared.workers().add(other);

    client.get("/2").get("/3");

    assertEquals(3, client.queues.unanswered());
    assertEquals(0, other.unanswered());
  }

  @Test
  void waitsForAWorkerThatIsLeavingBeforeItAsksAnother() {
    var other = new ExchangeQueues("other", 32);
    client.get("/1");
    client.shared.workers().add(other);
    client.shared.workers().remove(client.queues);

    client.get("/2").get("/3");
    assertEquals(0, other.unanswered());

    client.answer();
    assertEquals(2, other.unanswered());
    var second = Client.exchange(other);
    var third = Client.exchange(other);
    Client.respond(other, Client.whole(second, "two"), Client.whole(third, "three"));

    assertEquals(Client.ok("/1") + Client.ok("two") + Client.ok("three"), client.got());
  }

  @Test
  void refusesWhatTheWorkerHasNoRoomForInTurn() {
    var busy = new ExchangeQueues("busy", 2);
    client.shared.workers().remove(client.queues);
    client.shared.workers().add(busy);

    client.send(GET.repeat(3));
    assertEquals("", client.got());
    var first = Client.exchange(busy);
    var second = Client.exchange(busy);
    Client.respond(busy, Client.whole(first, "one"), Client.whole(second, "two"));

    var got = client.got();
    assertTrue(got.startsWith(Client.ok("one") + Client.ok("two") + "HTTP/1.1 503 "), got);
    assertTrue(got.contains("\r\nRetry-After: 1\r\n"), got);
    assertFalse(client.closed || client.outputEnded);
  }

  @Test
  void carriesManyRequestsInOneRead() {
    client.send(
        IntStream.range(0, 10)
            .mapToObj(i -> "GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n")
            .collect(Collectors.joining()));

    client.each(10, Client::answer);

    assertEquals(
        IntStream.range(0, 10).mapToObj(i -> Client.ok("/" + i)).collect(Collectors.joining()),
        client.got());
  }
}
