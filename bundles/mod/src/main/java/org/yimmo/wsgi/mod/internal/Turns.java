package org.yimmo.wsgi.mod.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes threads of one interpreter give up the GIL for those of another.
 *
 * <p>Up to CPython 3.12 a thread that has waited for the GIL for 5 milliseconds asks the threads of
 * its own interpreter to give it up; a loop in another one never hears of it. So when somebody
 * waits and nobody is served, a visitor of each interpreter waits as well.
 */
final class Turns {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int LOOKS_BEFORE_SLEEP = 200;

  private final List<Overseer> visitors = new CopyOnWriteArrayList<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong served = new AtomicLong();
  private final Thread thread =
      Thread.ofPlatform().name("yimmo-python-turns").daemon().unstarted(this::run);
  private volatile boolean asleep; // written by the thread, and by those that wake it

  // --- Python's main thread

  void add(Overseer visitor) {
    visitors.add(visitor);
  }

  void start() {
    thread.start();
  }

  // --- any thread

  /** The current thread is about to wait for the GIL. */
  void waiting() {
    waiting
        .incrementAndGet(); // before the look at the flag: the thread does it the other way round
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  /** The current thread has got it. */
  void served() {
    waiting.decrementAndGet();
    served.incrementAndGet();
  }

  // --- its own thread, as long as the process lives

  private void run() {
    var idle = 0;
    var before = served.get();
    while (true) {
      LockSupport.parkNanos(INTERVAL_NANOS);
      var now = served.get();
      if (waiting.get() > 0 && now == before) {
        visitors.forEach(Overseer::visit);
      }
      idle = now == before ? idle + 1 : 0;
      before = now;
      if (idle > LOOKS_BEFORE_SLEEP && waiting.get() == 0) {
        sleep();
        idle = 0;
      }
    }
  }

  private void sleep() {
    asleep = true;
    while (asleep && waiting.get() == 0) {
      LockSupport.park(this);
    }
    asleep = false;
  }
}
