package org.yimmo.wsgi.worker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponsePart;

/** What the watchdog does with one worker; the test is both threads and the clock. */
class WatchTest {
  private static final int PATIENCE_SECONDS = (int) Watch.PATIENCE.toSeconds();

  private final List<String> log = new ArrayList<>();
  private final ExchangeQueues queues = new ExchangeQueues("worker-1", 16);
  private final Recorded recorded = new Recorded();
  private final Watch watch = new Watch(queues, recorded, Duration.ofSeconds(10));
  private final Exchange exchange = exchange("/slow");
  private final Logger logger = Logger.getLogger(Watch.class.getName());
  private final Handler handler = new LogHandler();
  private long nanos = 1_000_000_000_000L;

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    watch.look(nanos);
  }

  @AfterEach
  void clear() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    var _ = Thread.interrupted();
  }

  @Test
  void leavesAnExchangeAloneUntilItsDeadline() {
    watch.begins(exchange);

    looksAfter(1);
    looksAfter(5);
    looksAfter(4);

    assertEquals(List.of(), parts());
    watch.ended(exchange);
  }

  @Test
  void expiresAnExchangeThatIsOverItsDeadline() {
    watch.begins(exchange);

    looksAfter(1);
    looksAfter(10);

    assertEquals(List.of(new ResponsePart.Expired(exchange)), parts());
  }

  @Test
  void saysTheRequestItsAgeItsWorkerAndItsStack() {
    watch.answeredBy(recorded);
    watch.begins(exchange);

    looksAfter(1);
    looksAfter(11.5);

    assertEquals(
        List.of(
            "SEVERE GET /slow has run for 11.5 s on worker-1, longer than --timeout allows;"
                + " it is interrupted:\nthe stack of "
                + Thread.currentThread().getName()),
        log);
  }

  @Test
  void interruptsTheWorkerOnceAndThroughItsApplication() {
    watch.answeredBy(recorded);
    watch.begins(exchange);

    looksAfter(1);
    looksAfter(10);
    looksAfter(1);
    looksAfter(1);

    assertEquals(List.of("stack", "interrupt"), recorded.calls);
    assertEquals(1, parts().size());
  }

  @Test
  void interruptsTheThreadOfAJavaApplication() {
    watch.answeredBy((_, _) -> List.of());
    watch.begins(exchange);

    looksAfter(1);
    looksAfter(10);

    assertTrue(Thread.currentThread().isInterrupted());
    assertTrue(log.getFirst().contains("\tat org.yimmo.wsgi.worker.internal.WatchTest."));
  }

  @Test
  void theNextExchangeIsNotInterrupted() {
    watch.answeredBy((_, _) -> List.of());
    watch.begins(exchange);
    looksAfter(1);
    looksAfter(10);

    watch.ended(exchange);

    assertFalse(Thread.currentThread().isInterrupted());
    watch.begins(exchange("/next"));
    looksAfter(1);
    looksAfter(9);
    assertEquals(1, parts().size());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void countsEachExchangeForItself() {
    for (int i = 0; i < 100; i++) {
      var each = exchange("/" + i);
      watch.begins(each);
      looksAfter(1);
      looksAfter(9);
      watch.ended(each);
    }

    assertEquals(List.of(), parts());
  }

  @Test
  void waitsForTheClientDoNotCount() throws Exception {
    watch.begins(exchange);
    assertTrue(exchange.tryTakeCredit(1024));
    var waiting = CompletableFuture.supplyAsync(() -> exchange.takeCredit(1));
    while (!exchange.waitsForClient()) {
      Thread.onSpinWait();
    }

    looksAfter(1);
    looksAfter(1000);
    exchange.returnCredit(1024);
    assertTrue(waiting.get(20, TimeUnit.SECONDS));
    looksAfter(9);
    assertEquals(List.of(), parts());

    looksAfter(1);
    assertEquals(1, parts().size());
  }

  @Test
  void aWorkerThatComesBackInTimeIsNotStuck() {
    expire();

    looksAfter(PATIENCE_SECONDS - 1);
    watch.ended(exchange);
    looksAfter(1000);

    assertFalse(watch.stuck());
    assertEquals(List.of("stack", "interrupt"), recorded.calls);
  }

  @Test
  void aWorkerThatDoesNotComeBackGetsNoMoreRequests() {
    expire();

    looksAfter(PATIENCE_SECONDS);
    looksAfter(1);

    assertTrue(watch.stuck());
    assertEquals(List.of("stack", "interrupt", "withdraw"), recorded.calls);
    assertTrue(log.getLast().startsWith("SEVERE worker-1 did not come back within 5 s"));
  }

  @Test
  void whatWaitsBehindAStuckWorkerIsRefused() {
    var waiting = exchange("/waiting");
    queues.offer(waiting);
    expire();
    parts();

    looksAfter(PATIENCE_SECONDS);

    assertEquals(List.of(new ResponsePart.Refused(waiting)), parts());
  }

  @Test
  void aStuckWorkerThatComesBackTakesRequestsAgain() {
    expire();
    looksAfter(PATIENCE_SECONDS);

    watch.ended(exchange);
    looksAfter(1);

    assertFalse(watch.stuck());
    assertEquals(List.of("stack", "interrupt", "withdraw", "offer"), recorded.calls);
    assertTrue(log.getLast().startsWith("WARNING worker-1 has come back"));
  }

  @Test
  void aFailingApplicationIsInterruptedAllTheSame() {
    recorded.failing = true;

    expire();

    assertEquals(List.of("stack", "interrupt"), recorded.calls);
    assertEquals(1, parts().size());
  }

  @Test
  void aWorkerWaitsUntilTheWatchdogHasLetGo() throws Exception {
    var inside = new CountDownLatch(1);
    var letGo = new CountDownLatch(1);
    watch.answeredBy(
        new Recorded() {
          @Override
          public void interrupt(Thread worker) {
            inside.countDown();
            await(letGo);
          }
        });
    watch.begins(exchange);
    looksAfter(1);
    var looking = CompletableFuture.runAsync(() -> looksAfter(10));
    await(inside);

    var ending = CompletableFuture.runAsync(() -> watch.ended(exchange));
    assertFalse(ending.isDone());
    letGo.countDown();

    looking.get(20, TimeUnit.SECONDS);
    ending.get(20, TimeUnit.SECONDS);
  }

  @Test
  void neverInterruptsAnotherExchangeHoweverTheyRace() {
    var eager = new Watch(queues, recorded, Duration.ofNanos(1));
    var over = new CountDownLatch(1);
    var looking =
        CompletableFuture.runAsync(() -> {
          for (long time = 0; over.getCount() > 0; time += 10) {
            eager.look(time);
          }
        });

    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          var application =
              new Recorded() {
                @Override
                public String stack(Thread worker) {
                  return "";
                }

                @Override
                public void interrupt(Thread worker) {
                  worker.interrupt();
                }
              };
          recorded.thread = Thread.currentThread();
          var interrupted = 0;
          for (int i = 0; interrupted < 1000; i++) {
            var next = exchange("/" + i);
            assertFalse(Thread.currentThread().isInterrupted());
            eager.begins(next);
            eager.answeredBy(application);
            for (int spins = 0; spins < i % 64; spins++) {
              Thread.onSpinWait();
            }
            interrupted += Thread.currentThread().isInterrupted() ? 1 : 0;
            eager.ended(next);
          }
        });
    over.countDown();
    looking.join();
  }

  /** Its bundle may be updated; an application that is kept keeps the whole class loader. */
  @Test
  void keepsNoApplicationThatHasAnswered() {
    var reference = answered(new Recorded());

    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          while (!reference.refersTo(null)) {
            System.gc();
          }
        });
  }

  private WeakReference<Application> answered(Application application) {
    watch.begins(exchange);
    watch.answeredBy(application);
    watch.ended(exchange);
    return new WeakReference<>(application);
  }

  // --- arrangement

  private void expire() {
    watch.answeredBy(recorded);
    watch.begins(exchange);
    looksAfter(1);
    looksAfter(10);
  }

  private void looksAfter(double seconds) {
    nanos += (long) (seconds * 1e9);
    watch.look(nanos);
  }

  private List<ResponsePart> parts() {
    var parts = new ArrayList<ResponsePart>();
    queues.drain(parts::add, 100);
    return parts;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Exchange exchange(String target) {
    var endpoints = new Endpoints("192.0.2.1", 1, "192.0.2.2", 8081, false);
    return new Exchange(
        new Request(
            "GET", target, target, "", "HTTP/1.1", Fields.none(), Content.none(), endpoints),
        _ -> {},
        1024);
  }

  /** The worker and its application. */
  private static class Recorded implements Watch.Subject, Application {
    private final List<String> calls = new ArrayList<>();
    private boolean failing;
    private volatile Thread thread = Thread.currentThread();

    @Override
    public Thread thread() {
      return thread;
    }

    @Override
    public void withdraw() {
      calls.add("withdraw");
    }

    @Override
    public void offer() {
      calls.add("offer");
    }

    @Override
    public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
      return List.of();
    }

    @Override
    public String stack(Thread worker) {
      called("stack");
      return "the stack of " + worker.getName() + "\n";
    }

    @Override
    public void interrupt(Thread worker) {
      called("interrupt");
    }

    private void called(String what) {
      calls.add(what);
      if (failing) {
        throw new IllegalStateException("failing");
      }
    }
  }

  private final class LogHandler extends Handler {
    @Override
    public void publish(LogRecord line) {
      log.add(
          line.getLevel()
              + " "
              + (line.getParameters() == null
                  ? line.getMessage()
                  : MessageFormat.format(line.getMessage(), line.getParameters())));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
