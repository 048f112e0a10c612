package org.yimmo.wsgi.server.internal;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Wakes a session when it wants to be. <em>Thread:</em> the I/O thread. */
final class Alarm {
  private final IoThread ioThread;
  private final Runnable wake;

  private ScheduledFuture<?> timer;
  private long timerNanos;

  /**
   * @param wake must not throw: it would vanish in the future of the timer
   */
  Alarm(IoThread ioThread, Runnable wake) {
    this.ioThread = ioThread;
    this.wake = wake;
  }

  /** At that time of {@link System#nanoTime} or earlier; a later time than before is ignored. */
  void at(long nanos) {
    if (timer != null) {
      if (nanos - timerNanos >= 0) {
        return;
      }
      timer.cancel(false);
    }
    timerNanos = nanos;
    timer = ioThread.loop().schedule(this::ring, nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void ring() {
    timer = null;
    wake.run();
    ioThread.flushAll();
  }

  void cancel() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
