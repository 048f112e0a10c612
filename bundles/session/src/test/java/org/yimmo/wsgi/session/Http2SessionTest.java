package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.session.Client.respond;
import static org.yimmo.wsgi.session.Client.start;
import static org.yimmo.wsgi.session.Client.whole;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** What the streams of one HTTP/2 connection share, and when it ends. */
class Http2SessionTest {
  private static final Duration IDLE = Client.LIMITS.idleTimeout();

  private final StreamClient client = new StreamClient();

  @Test
  void spreadsStreamsOverWorkers() {
    var other = new ExchangeQueues("other", 4);
    client.shared.workers().add(other);

    client.get("/a");
    client.get("/b");

    assertEquals(1, client.queues.unanswered());
    assertEquals(1, other.unanswered());
  }

  @Test
  void answersInWhateverOrder() {
    var first = client.get("/first");
    var second = client.get("/second");
    var one = client.exchange();
    var two = client.exchange();

    respond(client.queues, whole(two, "2"));
    assertEquals("200 content-length=1 | \"2\" END", second.got());
    assertEquals("", first.got());
    respond(client.queues, whole(one, "1"));

    assertEquals("200 content-length=1 | \"1\" END", first.got());
  }

  @Test
  void staysWithItsWorkerWhenThatIsIdle() {
    var other = new ExchangeQueues("other", 4);
    client.get("/");
    client.answer();
    client.shared.workers().add(other);

    for (int i = 0; i < 10; i++) {
      client.get("/");
      client.answer();
    }

    assertEquals(0, other.unanswered());
  }

  @Test
  void givesOneStreamAmongOthersASmallerWindow() {
    client.get("/");
    var alone = client.exchange();
    client.get("/");
    var second = client.exchange();

    assertTrue(alone.tryTakeCredit(1));
    assertTrue(alone.tryTakeCredit(Session.WINDOW_BYTES - 1));
    assertTrue(second.tryTakeCredit(1));
    assertFalse(second.tryTakeCredit(Session.PIPELINED_WINDOW_BYTES));
  }

  @Test
  void believesAProxyWhatItSaysAboutTheClient() {
    var proxied = new StreamClient(Client.LIMITS, Proxies.of(List.of("192.0.2.1")));

    proxied.request("GET", "/").with("x-forwarded-for", "198.51.100.7").isEmpty();

    assertEquals("198.51.100.7", proxied.exchange().request().endpoints().remoteAddress());
  }

  // --- time

  @Test
  void endsWhenItIsIdle() {
    var stream = client.get("/");
    client.waits(IDLE); // it is not, with a stream
    client.answer();
    stream.closes();
    client.waits(IDLE.minusSeconds(1));
    assertEquals(List.of(), client.told);

    client.waits(Duration.ofSeconds(1));

    assertEquals(List.of("refused", "closed"), client.told);
  }

  @Test
  void endsWhenNoStreamIsEverOpened() {
    client.waits(IDLE);

    assertEquals(List.of("refused", "closed"), client.told);
  }

  // --- drain

  @Test
  void servesWhatWasOpenedBeforeTheClientHeardOfTheEnd() {
    var before = client.get("/before");
    client.session.drain();
    assertEquals(List.of("announced"), client.told);

    var meanwhile = client.get("/meanwhile");
    client.session.endHeard();
    assertEquals(List.of("announced", "refused"), client.told);

    client.answer();
    client.answer();
    before.closes();
    meanwhile.closes();
    assertTrue(before.got().endsWith(" END"), before.got());
    assertTrue(meanwhile.got().endsWith(" END"), meanwhile.got());
    assertEquals(List.of("announced", "refused", "closed"), client.told);
  }

  @Test
  void doesNotWaitForeverForTheClientToHear() {
    client.session.drain();

    client.waits(Duration.ofSeconds(1));

    assertEquals(List.of("announced", "refused", "closed"), client.told);
  }

  @Test
  void finishesWhatIsCompleteWhenTheClientSendsNothingMore() {
    var complete = client.get("/");
    var incomplete = client.request("POST", "/").hasContent();

    client.session.inputEnded();
    assertEquals("CANCEL", incomplete.got());
    client.answer();
    complete.closes();

    assertTrue(complete.got().startsWith("200 "), complete.got());
    assertEquals(List.of("closed"), client.told);
  }

  @Test
  void abandonsEverythingWhenTheConnectionIsClosed() {
    client.get("/");
    client.get("/");
    var one = client.exchange();
    var two = client.exchange();
    respond(client.queues, start(two, -1, "begun"));

    client.session.closed();

    assertTrue(one.abandoned());
    assertTrue(two.abandoned());
    assertEquals(0, client.shared.requestsInFlight());
  }

  // --- for people

  @Test
  void tellsWhatItDoes() {
    assertEquals(SessionSummary.State.IDLE, client.session.summary().state());

    var upload = client.request("POST", "/").hasContent();
    assertEquals(SessionSummary.State.RECEIVING, client.session.summary().state());

    client.get("/");
    var summary = client.session.summary();
    assertEquals(SessionSummary.State.ANSWERING, summary.state());
    assertEquals("http/2", summary.protocol());
    assertEquals(1, summary.inFlight());
    assertEquals(1, summary.requests());
    assertEquals(
        List.of(ExchangeSummary.State.WAITING),
        client.session.exchanges().stream().map(ExchangeSummary::state).toList());

    upload.closes();
    client.waits(Duration.ZERO);
    client.answer();
    assertEquals(List.of(), client.session.exchanges());
  }
}
