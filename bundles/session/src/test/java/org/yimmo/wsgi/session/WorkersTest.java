package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** Which worker an exchange goes to. */
class WorkersTest {
  private final Client client = new Client();
  private final ExchangeQueues first = client.queues;
  private final ExchangeQueues second = new ExchangeQueues("second", 2);

  @Test
  void staysWithItsWorkerWhileThatIsIdle() {
    client.get("/").answer();
    client.shared.workers().add(second);

    client.each(5, each -> each.get("/").answer());

    assertEquals(0, second.unanswered());
  }

  @Test
  void goesToAnIdleWorkerWhenItsOwnIsBusy() {
    client.get("/").answer();
    client.shared.workers().add(second);
    var other = client.connectAnother();
    other.get("/slow");
    assertEquals(1, first.unanswered() + second.unanswered());

    client.get("/");

    assertEquals(1, first.unanswered());
    assertEquals(1, second.unanswered());
  }

  @Test
  void fallsBackOnAWorkerWithRoom() {
    client.shared.workers().remove(first);
    var tiny = new ExchangeQueues("tiny", 1);
    client.shared.workers().add(tiny);
    client.shared.workers().add(second);

    for (int i = 0; i < 3; i++) {
      client.connectAnother().get("/");
    }

    assertEquals(1, tiny.unanswered());
    assertEquals(2, second.unanswered());
  }

  @Test
  void avoidsAWorkerThatIsOverdueHoweverBusyTheOthersAre() {
    client.get("/stuck");
    first.expire(client.exchange());
    client.respond();
    client.shared.workers().add(second);

    client.connectAnother().get("/1");
    client.get("/2");

    assertEquals(2, second.unanswered());
    assertEquals(1, first.unanswered());
  }

  @Test
  void goesToAWorkerThatIsOverdueWhenNoOtherHasRoom() {
    client.get("/stuck");
    first.expire(client.exchange());
    client.respond();
    client.shared.workers().add(second);

    for (int i = 0; i < 3; i++) {
      client.connectAnother().get("/");
    }

    assertEquals(2, second.unanswered());
    assertEquals(2, first.unanswered());
  }

  /** The worker takes its next exchange and is still at it at two looks. */
  private void isSlow(ExchangeQueues worker) {
    var _ = worker.take();
    client.shared.workers().look();
    client.shared.workers().look();
  }

  @Test
  void avoidsAWorkerThatIsSlow() {
    client.get("/slow");
    isSlow(first);
    client.shared.workers().add(second);

    client.connectAnother().get("/1");
    client.connectAnother().get("/2");

    assertEquals(1, first.unanswered());
    assertEquals(2, second.unanswered());
  }

  @Test
  void goesToAWorkerThatIsSlowWhenAllAre() {
    client.get("/slow");
    isSlow(first);
    client.shared.workers().add(second);
    client.connectAnother().get("/slow2");
    isSlow(second);

    client.connectAnother().get("/1");
    client.connectAnother().get("/2");

    assertEquals(2, first.unanswered());
    assertEquals(2, second.unanswered());
  }

  @Test
  void movesWhatWaitsForASlowWorkerToAnother() {
    client.get("/slow");
    var waiting = client.connectAnother().get("/1");
    client.connectAnother().get("/2");
    client.shared.workers().add(second);

    isSlow(first);

    assertEquals(1, first.unanswered());
    assertEquals("/1", second.take().orElseThrow().request().target());
    assertEquals("/2", second.take().orElseThrow().request().target());
    waiting.get("/1b"); // pipelined: it stays with the worker of its session
    assertEquals(3, second.unanswered());
  }

  @Test
  void movesNothingToWhereMoreIsBeforeIt() {
    client.get("/slow");
    client.connectAnother().get("/1");
    client.connectAnother().get("/2");
    var busy = new ExchangeQueues("busy", 8);
    client.shared.workers().add(busy);
    client.shared.workers().remove(first);
    client.connectAnother().get("/3");
    client.connectAnother().get("/4");
    client.shared.workers().add(first);

    isSlow(first);

    assertEquals(2, first.unanswered());
    assertEquals(3, busy.unanswered());
    var _ = first.take();
    assertEquals("/1", first.serving().orElseThrow().request().target());
  }

  @Test
  void leavesPipelinedRequestsWithTheirWorkerInTheirOrder() {
    client.get("/slow").get("/slow2");
    var other = client.connectAnother().get("/1").get("/2");
    client.shared.workers().add(second);

    isSlow(first);

    assertEquals(0, second.unanswered());
    assertEquals("/slow2", first.take().orElseThrow().request().target());
    assertEquals("/1", first.take().orElseThrow().request().target());
    assertEquals("/2", first.take().orElseThrow().request().target());
    assertEquals("", other.got());
  }

  @Test
  void forgetsThatAWorkerWasSlowWhenItGoesOn() {
    client.get("/slow");
    client.connectAnother().get("/1");
    isSlow(first);
    client.shared.workers().add(second);

    var _ = first.take();
    client.shared.workers().look();

    assertEquals(0, second.unanswered());
  }

  @Test
  void answers503WithoutAWorkerAndGoesOnWithANewOne() {
    client.shared.workers().remove(first);

    client.get("/");

    var got = client.got();
    assertTrue(got.startsWith("HTTP/1.1 503 Service Unavailable\r\n"), got);
    assertTrue(got.contains("\r\nRetry-After: 1\r\n"), got);
    assertFalse(got.contains("Connection: close"), got);

    client.shared.workers().add(first);
    assertTrue(client.survives());
  }

  @Test
  void offersNothingToAClosedPair() {
    first.close();

    client.get("/");

    assertTrue(client.got().startsWith("HTTP/1.1 503 "));
  }
}
