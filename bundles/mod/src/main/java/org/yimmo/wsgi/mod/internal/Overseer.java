package org.yimmo.wsgi.mod.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Looks at the workers of an interpreter from outside and interrupts them.
 *
 * <p>That takes the GIL, which C code may hold as long as it likes. So it is done on a thread of
 * its own, for which nobody waits for long; an interruption is done when the GIL is free.
 *
 * <p><em>Thread:</em> the watchdog, unless a method says otherwise.
 */
final class Overseer {
  private static final long STACK_BYTES = 64L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long IDLE_SECONDS = 10;

  private final Python py;
  private final Workers workers;
  private final Owned timeout;
  private final ThreadPoolExecutor visitor =
      new ThreadPoolExecutor(
          0,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform()
              .name("yimmo-python-overseer")
              .stackSize(STACK_BYTES)
              .daemon()
              .factory());

  private volatile boolean waiting; // for the GIL; written by the visitor, as the next one
  private volatile long waitingSinceNanos;

  /** The current thread holds the GIL. */
  Overseer(Python py, Workers workers) {
    this.py = py;
    this.workers = workers;
    timeout = py.bootstrap("timeout_type");
  }

  /**
   * Where a worker is in Python; empty: it is not.
   *
   * <p><em>Blocks:</em> a second at most.
   *
   * @throws TimeoutException somebody holds the GIL and does not give it up
   */
  String stack(Worker worker) throws TimeoutException {
    var lines = new AtomicReference<>("");
    var task = new FutureTask<>(() -> withGil(() -> lines.set(lines(worker))), lines);
    visitor.execute(task);
    try {
      return task.get(patienceNanos(), TimeUnit.NANOSECONDS).get();
    } catch (ExecutionException e) {
      return "no Python stack can be taken: " + e.getCause().getMessage();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "";
    } catch (TimeoutException e) {
      task.cancel(false);
      throw e;
    }
  }

  /** Several workers may be overdue because of one that holds the GIL: it is waited for once. */
  private long patienceNanos() {
    return waiting
        ? Math.max(0, PATIENCE.toNanos() - (System.nanoTime() - waitingSinceNanos))
        : PATIENCE.toNanos();
  }

  /** Makes the application raise {@code yimmo.Timeout} if it is still at the same request then. */
  void interrupt(Worker worker) {
    worker
        .request()
        .ifPresent(request ->
            visitor.execute(() -> withGil(() -> worker.interrupt(request, timeout.borrow()))));
  }

  /** Waits for the GIL once. <em>Thread:</em> that of {@link Turns}. <em>Blocks:</em> never. */
  void visit() {
    if (!waiting) {
      visitor.execute(() -> withGil(() -> {}));
    }
  }

  // --- the visitor

  private void withGil(Runnable task) {
    waitingSinceNanos = System.nanoTime();
    waiting = true;
    try {
      workers.visit(() -> {
        waiting = false;
        task.run();
      });
    } finally {
      waiting = false;
    }
  }

  private String lines(Worker worker) {
    try (var lines = py.bootstrap("stack", py.string(Long.toUnsignedString(worker.ident())))) {
      return py.text(lines.borrow());
    }
  }
}
