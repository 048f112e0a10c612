package org.yimmo.wsgi.context.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** The requests in one application, so that whoever takes it away can wait for their end. */
final class Visits {
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final long LOOK_MILLIS = 50;

  private final AtomicInteger present = new AtomicInteger(); // CLOSED is added when it is closed
  private final Set<Runnable> lasting = ConcurrentHashMap.newKeySet(); // what ends them
  private final CountDownLatch ended = new CountDownLatch(1);

  // --- worker threads

  /** Begins one, unless the application is gone; then there are other routes by now. */
  boolean begin() {
    if (present.incrementAndGet() > 0) {
      return true;
    }
    end();
    return false;
  }

  /** The visit that has begun lasts until somebody ends it: the application does if it goes. */
  void lasts(Runnable goingAway) {
    lasting.add(goingAway);
    if (present.get() < 0) {
      goingAway.run();
    }
  }

  /** As {@link #end}, for one that lasted. */
  void end(Runnable goingAway) {
    lasting.remove(goingAway);
    end();
  }

  void end() {
    if (present.decrementAndGet() == CLOSED) {
      ended.countDown();
    }
  }

  // --- the thread that unregisters the application, once

  /**
   * Lets nobody in any more, and waits for those that are inside.
   *
   * <p><em>Blocks:</em> until they have left, for {@code patience} at most, or until there is no
   * reason to wait any longer.
   *
   * @param hurry whether not to wait
   * @return how many there are still
   */
  int close(Duration patience, BooleanSupplier hurry) {
    if (present.getAndAdd(CLOSED) == 0) {
      return 0;
    }
    lasting.forEach(Runnable::run);
    var deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!hurry.getAsBoolean()
          && System.nanoTime() < deadline
          && !ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {}
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return present.get() - CLOSED;
  }
}
