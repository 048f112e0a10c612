package org.yimmo.wsgi.worker.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The thread that looks at the workers for exchanges that are over their deadline. */
final class Watchdog {
  private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
  private static final long LONGEST_NANOS = 500_000_000;
  private static final long SHORTEST_NANOS = 10_000_000;
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final List<Watch> watches;
  private final long intervalNanos;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  Watchdog(List<Watch> watches, Duration deadline) {
    this.watches = watches;
    intervalNanos = Math.clamp(deadline.toNanos() / 10, SHORTEST_NANOS, LONGEST_NANOS);
    thread = Thread.ofPlatform().name("yimmo-watchdog").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** <em>Blocks:</em> until the thread has ended, for a few seconds at most. */
  void stop() {
    stopped.countDown();
    try {
      var _ = thread.join(LONGEST_STOP);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Workers that did not come back. <em>Thread:</em> any. */
  long stuck() {
    return watches.stream().filter(Watch::stuck).count();
  }

  private void run() {
    try {
      while (!stopped.await(intervalNanos, TimeUnit.NANOSECONDS)) {
        watches.forEach(Watchdog::look);
      }
    } catch (InterruptedException _) {
      // an end like any other
    }
  }

  private static void look(Watch watch) {
    try {
      watch.look(System.nanoTime());
    } catch (RuntimeException bug) { // the other workers must still be looked at
      LOG.log(System.Logger.Level.ERROR, "the watchdog failed", bug);
    }
  }
}
