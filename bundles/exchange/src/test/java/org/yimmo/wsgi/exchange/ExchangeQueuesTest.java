package org.yimmo.wsgi.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.exchange.TestExchanges.exchange;
import static org.yimmo.wsgi.exchange.TestExchanges.more;
import static org.yimmo.wsgi.exchange.TestExchanges.whole;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExchangeQueuesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final ExchangeQueues queues = new ExchangeQueues("worker-1", 4);

  @Test
  void handsExchangesOverInOrder() {
    var first = exchange("/1");
    var second = exchange("/2");

    assertTrue(queues.offer(first));
    assertTrue(queues.offer(second));

    assertSame(first, queues.take().orElseThrow());
    assertSame(second, queues.take().orElseThrow());
  }

  @Test
  void tellsWhatTheWorkerHasTaken() {
    var first = exchange("/1");
    var second = exchange("/2");
    queues.offer(first);
    queues.offer(second);

    assertEquals(Optional.empty(), queues.serving());
    var _ = queues.take();
    assertSame(first, queues.serving().orElseThrow());
    var _ = queues.take();
    assertSame(second, queues.serving().orElseThrow());
    assertEquals(2, queues.taken());
    assertTrue(queues.recentWait().isPositive(), "of the first one");

    queues.close();
    var _ = queues.take();
    assertEquals(Optional.empty(), queues.serving());
  }

  @Test
  void refusesWhenFullAndTakesAgainAfterwards() {
    IntStream.range(0, 4).forEach(i -> assertTrue(queues.offer(exchange("/" + i))));

    assertFalse(queues.offer(exchange("/too-many")));

    assertEquals("/0", queues.take().orElseThrow().request().target());
    assertTrue(queues.offer(exchange("/4")));
  }

  @Test
  void givesBackWhatTheWorkerHasNotBegunTheNewestFirst() {
    var offered = IntStream.range(0, 4).mapToObj(i -> exchange("/" + i)).toList();
    offered.forEach(queues::offer);
    var _ = queues.take();

    assertSame(offered.get(3), queues.takeBack().orElseThrow());
    assertSame(offered.get(2), queues.takeBack().orElseThrow());

    assertEquals(2, queues.unanswered());
    assertSame(offered.get(1), queues.take().orElseThrow());
    assertEquals(Optional.empty(), queues.takeBack());
    assertTrue(queues.offer(offered.get(2)), "there is room again");
    assertSame(offered.get(2), queues.take().orElseThrow());
  }

  @Test
  void givesEachExchangeToOneSideWhenBothWantIt() {
    var count = 200_000;
    queues.onOutput(() -> {});
    var worker = new Thread(this::answerAll);
    worker.start();

    assertTimeoutPreemptively(
        DEADLINE,
        () -> {
          var answered = new ArrayList<String>();
          var back = new HashSet<String>();
          for (int offered = 0; offered < count; ) {
            while (offered < count && queues.offer(exchange("/" + offered))) {
              offered++;
            }
            queues.takeBack().ifPresent(exchange -> back.add(exchange.request().target()));
            queues.drain(
                part -> answered.add(part.exchange().request().target()), Integer.MAX_VALUE);
          }
          queues.close();
          worker.join();
          queues.drain(part -> answered.add(part.exchange().request().target()), Integer.MAX_VALUE);
          assertEquals(
              IntStream.range(0, count)
                  .mapToObj(i -> "/" + i)
                  .filter(it -> !back.contains(it))
                  .toList(),
              answered);
          assertFalse(back.isEmpty());
        });
  }

  @Test
  void refusesWhenClosedButHandsOutWhatItHas() {
    var accepted = exchange("/accepted");
    queues.offer(accepted);

    queues.close();

    assertFalse(queues.offer(exchange("/late")));
    assertSame(accepted, queues.take().orElseThrow());
    assertEquals(Optional.empty(), queues.take());
  }

  @Test
  void closeEndsAWaitingTake() {
    var taken = CompletableFuture.supplyAsync(queues::take);

    queues.close();

    assertEquals(Optional.empty(), assertTimeoutPreemptively(DEADLINE, taken::join));
  }

  @Test
  void anOfferEndsAWaitingTake() {
    var taken = CompletableFuture.supplyAsync(queues::take);
    var offered = exchange("/");

    queues.offer(offered);

    assertSame(offered, assertTimeoutPreemptively(DEADLINE, taken::join).orElseThrow());
  }

  @Test
  void countsWhatIsNotYetAnswered() {
    var exchange = exchange("/");
    queues.offer(exchange);
    assertEquals(1, queues.unanswered());

    queues.respond(more(exchange, "a"));
    assertEquals(1, queues.unanswered());

    queues.respond(new ResponsePart.End(exchange));
    assertEquals(0, queues.unanswered());
  }

  @Test
  void wakesTheServerOnceUntilItDrains() {
    var wakes = new AtomicInteger();
    queues.onOutput(wakes::incrementAndGet);
    var exchange = exchange("/");

    queues.respond(more(exchange, "a"));
    queues.respond(more(exchange, "b"));
    assertEquals(1, wakes.get());

    queues.drain(_ -> {}, 10);
    queues.respond(more(exchange, "c"));
    assertEquals(2, wakes.get());
  }

  @Test
  void doesNotWakeAServerThatWillLookWhileMoreIsToDo() {
    var wakes = new AtomicInteger();
    queues.onOutput(wakes::incrementAndGet);
    queues.offer(exchange("/1"));
    queues.offer(exchange("/2"));
    queues.promiseDrain(true);

    queues.respond(whole(queues.take().orElseThrow()));
    assertEquals(0, wakes.get());

    queues.respond(whole(queues.take().orElseThrow()));
    assertEquals(1, wakes.get(), "nothing is left to do");
    assertEquals(2, queues.drain(_ -> {}, 10));
  }

  @Test
  void wakesTheServerWhenThePromiseIsOver() {
    var wakes = new AtomicInteger();
    queues.onOutput(wakes::incrementAndGet);
    IntStream.range(0, 3).forEach(i -> queues.offer(exchange("/" + i)));
    queues.promiseDrain(true);
    queues.respond(whole(queues.take().orElseThrow()));

    queues.promiseDrain(false);
    queues.respond(whole(queues.take().orElseThrow()));

    assertEquals(1, wakes.get());
  }

  @Test
  void wakesTheServerForEachSixteenResponses() {
    var wakes = new AtomicInteger();
    var busy = new ExchangeQueues("worker-1", 64);
    busy.onOutput(wakes::incrementAndGet);
    IntStream.range(0, 17).forEach(i -> busy.offer(exchange("/" + i)));
    busy.promiseDrain(true);

    IntStream.range(0, 15).forEach(i -> busy.respond(whole(busy.take().orElseThrow())));
    assertEquals(0, wakes.get());

    busy.respond(whole(busy.take().orElseThrow()));
    assertEquals(1, wakes.get());
  }

  @Test
  void wakesTheServerBeforeItSleeps() {
    var wakes = new AtomicInteger();
    queues.onOutput(wakes::incrementAndGet);
    queues.offer(exchange("/1"));
    queues.offer(exchange("/2"));
    queues.promiseDrain(true);
    queues.respond(whole(queues.take().orElseThrow()));
    queues.take(); // and its client leaves: there is no response
    assertEquals(0, wakes.get());

    queues.close();
    assertEquals(Optional.empty(), queues.take());

    assertEquals(1, wakes.get());
  }

  @Test
  void wakesAServerThatComesLate() {
    queues.respond(whole(exchange("/")));
    var wakes = new AtomicInteger();

    queues.onOutput(wakes::incrementAndGet);

    assertEquals(1, wakes.get());
  }

  @Test
  void drainsInOrderAndNoMoreThanAsked() {
    var exchange = exchange("/");
    var parts = List.of(more(exchange, "a"), more(exchange, "b"), more(exchange, "c"));
    parts.forEach(queues::respond);
    var drained = new ArrayList<ResponsePart>();

    assertEquals(2, queues.drain(drained::add, 2));
    assertEquals(1, queues.drain(drained::add, 2));

    assertEquals(parts, drained);
  }

  @Test
  void dropsPartsOfAnAbandonedExchange() {
    var exchange = exchange("/");
    exchange.abandon();

    queues.respond(whole(exchange));

    assertEquals(0, queues.drain(_ -> {}, 10));
  }

  @Test
  void aFullOutputWaitsForTheServer() {
    var exchange = exchange("/");
    var parts = IntStream.range(0, 50).mapToObj(i -> more(exchange, "" + i)).toList();
    var worker = CompletableFuture.runAsync(() -> parts.forEach(queues::respond));
    var drained = new ArrayList<ResponsePart>();

    assertTimeoutPreemptively(
        DEADLINE,
        () -> {
          while (drained.size() < parts.size()) {
            queues.drain(drained::add, 3);
            Thread.onSpinWait();
          }
          worker.join();
        });

    assertEquals(parts, drained);
  }

  @Test
  void losesNothingBetweenTwoThreadsThatSleepAndWake() {
    var count = 200_000;
    var work = new Semaphore(0);
    queues.onOutput(work::release);
    var worker = new Thread(this::answerAll);
    worker.start();

    assertTimeoutPreemptively(
        DEADLINE,
        () -> {
          var offered = 0;
          var answered = new ArrayList<String>();
          while (answered.size() < count) {
            while (offered < count && queues.offer(exchange("/" + offered))) {
              offered++;
            }
            work.acquire();
            queues.drain(
                part -> answered.add(part.exchange().request().target()), Integer.MAX_VALUE);
          }
          queues.close();
          worker.join();
          assertEquals(IntStream.range(0, count).mapToObj(i -> "/" + i).toList(), answered);
        });
  }

  private void answerAll() {
    for (var next = queues.take(); next.isPresent(); next = queues.take()) {
      queues.respond(whole(next.get()));
    }
  }
}
