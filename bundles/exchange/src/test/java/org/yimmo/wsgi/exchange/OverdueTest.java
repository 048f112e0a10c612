package org.yimmo.wsgi.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.exchange.TestExchanges.exchange;
import static org.yimmo.wsgi.exchange.TestExchanges.whole;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the watchdog says in place of a worker. */
class OverdueTest {
  private final ExchangeQueues queues = new ExchangeQueues("worker-1", 4);
  private final List<ResponsePart> parts = new ArrayList<>();

  @Test
  void comesAfterWhatTheWorkerSaidBefore() {
    var before = exchange("/before");
    var overdue = exchange("/overdue");
    queues.respond(whole(before));
    queues.expire(overdue);

    assertEquals(2, queues.drain(parts::add, 10));

    assertEquals(before, ((ResponsePart.Whole) parts.get(0)).exchange());
    assertEquals(new ResponsePart.Expired(overdue), parts.get(1));
    assertEquals(0, queues.drain(parts::add, 10));
  }

  @Test
  void countsForTheLimit() {
    queues.respond(whole(exchange("/")));
    queues.expire(exchange("/overdue"));

    assertEquals(1, queues.drain(parts::add, 1));
    assertEquals(1, queues.drain(parts::add, 1));
    assertEquals(0, queues.drain(parts::add, 1));
  }

  @Test
  void wakesTheServer() {
    var wakes = new AtomicInteger();
    queues.onOutput(wakes::incrementAndGet);

    queues.expire(exchange("/overdue"));

    assertEquals(1, wakes.get());
  }

  @Test
  void wakesAServerThatComesLate() {
    var wakes = new AtomicInteger();
    queues.expire(exchange("/overdue"));

    queues.onOutput(wakes::incrementAndGet);

    assertEquals(1, wakes.get());
  }

  @Test
  void anOverdueExchangeIsUnansweredUntilItsWorkerEndsIt() {
    queues.offer(exchange("/overdue"));
    var overdue = queues.take().orElseThrow();

    queues.expire(overdue);
    queues.drain(_ -> overdue.abandon(), 10);
    assertEquals(1, queues.unanswered());

    queues.respond(whole(overdue));
    assertEquals(0, queues.unanswered());
    assertEquals(0, queues.drain(parts::add, 10));
  }

  @Test
  void theWorkerIsOverdueUntilItTakesAgain() {
    queues.offer(exchange("/overdue"));
    var overdue = queues.take().orElseThrow();
    assertFalse(queues.overdue());

    queues.expire(overdue);
    queues.respond(whole(overdue));
    assertTrue(queues.overdue());

    queues.close();
    assertTrue(queues.take().isEmpty());
    assertFalse(queues.overdue());
  }

  @Test
  void refusesWhatWaitsInItsOrder() {
    queues.offer(exchange("/overdue"));
    queues.take();
    var first = exchange("/1");
    var second = exchange("/2");
    queues.offer(first);
    queues.offer(second);

    assertEquals(2, queues.refuseWaiting());

    queues.drain(parts::add, 10);
    assertEquals(List.of(new ResponsePart.Refused(first), new ResponsePart.Refused(second)), parts);
    assertEquals(1, queues.unanswered());
    assertEquals(0, queues.refuseWaiting());
  }

  @Test
  void theQueueGoesOnAfterARefusal() {
    queues.offer(exchange("/1"));
    queues.refuseWaiting();
    var next = exchange("/next");

    assertTrue(queues.offer(next));

    assertEquals(next, queues.take().orElseThrow());
  }

  @Test
  void waitingForCreditIsWaitingForTheClient() throws Exception {
    var exchange = exchange("/", 10);
    exchange.tryTakeCredit(10);
    assertFalse(exchange.waitsForClient());
    var taken = CompletableFuture.supplyAsync(() -> exchange.takeCredit(10));
    while (!exchange.waitsForClient()) {
      Thread.onSpinWait();
    }

    exchange.returnCredit(10);

    assertTrue(taken.get(20, TimeUnit.SECONDS));
    assertFalse(exchange.waitsForClient());
  }
}
