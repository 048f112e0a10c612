package org.yimmo.wsgi.exchange;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The input and the output queue between the server thread and one worker thread.
 *
 * <p>A worker registers its pair as an OSGi service while it takes exchanges; the server offers
 * exchanges to whatever pairs are registered. Either side wakes the other only if that one sleeps.
 *
 * <p><em>Owner:</em> the worker makes and closes the pair. An exchange belongs to the worker from
 * the moment {@link #offer} accepted it, unless the server {@link #takeBack takes it back}.
 */
@ProviderType
public final class ExchangeQueues {
  private static final int MAX_WITHHELD = 15;

  /** Of so many exchanges the wait of one is measured: a power of two. */
  private static final int SAMPLED = 16;

  /** So many measured waits make the mean. */
  private static final int MEAN_OF = 8;

  private final String worker;
  private final BoundedQueue<Exchange> input;
  private final BoundedQueue<ResponsePart> output;
  private final Queue<ResponsePart> overdue = new ConcurrentLinkedQueue<>(); // of the watchdog
  private final AtomicBoolean workerSleeps = new AtomicBoolean();
  private final AtomicBoolean serverAwake = new AtomicBoolean();
  private final AtomicInteger unanswered = new AtomicInteger();

  // written by the worker alone, so a release store is enough
  private final AtomicReference<Exchange> serving = new AtomicReference<>();
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong waitNanos = new AtomicLong();

  private volatile Thread workerThread; // written by the worker at its first take
  private volatile Thread blockedOnOutput; // written by the worker
  private volatile Runnable wakeServer = ExchangeQueues::wakeNobody; // written by the server thread
  private volatile boolean drainPromised; // written by the server thread
  private volatile boolean late; // set by the watchdog, cleared by the worker at its next take
  private volatile boolean closed; // written by any thread
  private int withheld; // responses that were not announced; worker thread only

  /**
   * @param worker the worker's name, for people
   * @param capacity the most exchanges that wait for the worker
   */
  public ExchangeQueues(String worker, int capacity) {
    this.worker = worker;
    input = new BoundedQueue<>(capacity);
    output = new BoundedQueue<>(capacity);
  }

  private static void wakeNobody() {}

  /** The worker's name. */
  public String worker() {
    return worker;
  }

  /**
   * Exchanges that were accepted and whose last part was not yet put into the output queue: how
   * busy the worker is. <em>Thread:</em> any; a snapshot.
   */
  public int unanswered() {
    return unanswered.get();
  }

  /**
   * Whether the worker is still at an exchange that is over its deadline: nobody knows when it
   * takes the next one. <em>Thread:</em> any; a snapshot.
   */
  public boolean overdue() {
    return late;
  }

  /**
   * The exchange that the worker has taken and not come back from. <em>Thread:</em> any; a
   * snapshot.
   */
  public Optional<Exchange> serving() {
    return Optional.ofNullable(serving.getAcquire());
  }

  /** How many exchanges the worker has taken so far. <em>Thread:</em> any. */
  public long taken() {
    return taken.getAcquire();
  }

  /**
   * How long exchanges have recently waited for the worker: the mean of a few that were picked out.
   * <em>Thread:</em> any.
   */
  public Duration recentWait() {
    return Duration.ofNanos(waitNanos.getAcquire());
  }

  /** Whether {@link #close} was called. */
  public boolean closed() {
    return closed;
  }

  /**
   * Ends the input: {@link #offer} refuses from now on, {@link #take} hands out what is queued and
   * then nothing more. The output stays open. <em>Thread:</em> any; a second call does nothing.
   */
  public void close() {
    closed = true;
    wakeWorker();
  }

  // --- server thread

  /**
   * Hands an exchange to the worker.
   *
   * <p><em>Blocks:</em> never. <em>Owner:</em> the worker, if accepted; the caller, if not.
   *
   * @return {@code false}: the queue is full or closed
   */
  public boolean offer(Exchange exchange) {
    if (closed || !input.offer(exchange)) {
      return false;
    }
    unanswered.incrementAndGet(); // also the fence between the slot and the reading of the flag
    wakeWorker();
    return true;
  }

  /**
   * Takes back the exchange that was offered last, if the worker has not begun it.
   *
   * <p><em>Blocks:</em> never. <em>Owner:</em> the caller, who may offer it again.
   *
   * @return empty: nothing waits for the worker
   */
  public Optional<Exchange> takeBack() {
    var exchange = input.takeBack();
    if (exchange == null) {
      return Optional.empty();
    }
    unanswered.decrementAndGet();
    return Optional.of(exchange);
  }

  private void wakeWorker() {
    if (workerSleeps.get() && workerSleeps.compareAndSet(true, false)) {
      LockSupport.unpark(workerThread);
    }
  }

  /**
   * Says how to wake the server thread when there is output; it is called on the worker thread or
   * the watchdog, once for any number of parts, and must make the server thread call {@link
   * #drain}.
   */
  public void onOutput(Runnable wake) {
    wakeServer = wake;
    if (!output.isEmpty() || !overdue.isEmpty()) {
      wake.run();
    }
  }

  /**
   * With {@code true} the server thread promises to call {@link #drain} within a millisecond or so,
   * unasked; with {@code false} it keeps the promise, by a call that follows. In between a worker
   * that has more to do does not wake it for each response: clients are then answered in batches,
   * which costs all sides less.
   */
  public void promiseDrain(boolean promised) {
    drainPromised = promised;
  }

  /**
   * Gives up to {@code limit} parts to {@code each}, those of the worker first, oldest first.
   *
   * <p><em>Blocks:</em> never.
   *
   * @return the number of parts; when it equals {@code limit} there may be more, and no further
   *     wake-up announces them
   */
  public int drain(Consumer<? super ResponsePart> each, int limit) {
    serverAwake.set(false);
    var count = 0;
    while (count < limit) {
      var part = output.poll();
      if (part == null) {
        if (overdue.isEmpty()) {
          break;
        }
        part = output.poll(); // again: what the worker said before goes first
        if (part == null) {
          part = overdue.remove();
        }
      }
      count++;
      each.accept(part);
    }
    var blocked = blockedOnOutput;
    if (count > 0 && blocked != null) {
      LockSupport.unpark(blocked);
    }
    return count;
  }

  // --- worker thread

  /**
   * Takes the next exchange.
   *
   * <p><em>Blocks:</em> until there is one or the pair is closed and empty. The caller holds no
   * lock and no GIL.
   *
   * @return the exchange; empty: the pair is closed and nothing is left
   */
  public Optional<Exchange> take() {
    workerThread = Thread.currentThread();
    if (late) {
      late = false;
    }
    while (true) {
      var exchange = input.poll();
      if (exchange != null) {
        took(exchange);
        return Optional.of(exchange);
      }
      serving.setRelease(null);
      if (withheld > 0) {
        announceOutput();
        withheld = 0;
      }
      workerSleeps.set(true);
      if (!input.isEmpty()) {
        workerSleeps.set(false);
      } else if (closed) {
        workerSleeps.set(false);
        return Optional.empty();
      } else {
        LockSupport.park(this);
        workerSleeps.set(false);
      }
    }
  }

  private void took(Exchange exchange) {
    serving.setRelease(exchange);
    if (exchange.request().endpoints().rehearsing()) {
      return; // no client has waited
    }
    var count = taken.getPlain() + 1;
    taken.setRelease(count);
    if (count % SAMPLED == 1) {
      var mean = waitNanos.getPlain();
      var waited = System.nanoTime() - exchange.receivedNanos();
      waitNanos.setRelease(mean + (waited - mean) / (count == 1 ? 1 : MEAN_OF));
    }
  }

  /**
   * Hands a part of a response to the server thread. Parts of an abandoned exchange are dropped.
   *
   * <p><em>Blocks:</em> while the output queue is full, until the server thread drains it or the
   * exchange is abandoned; the server thread never waits for a worker, so this is short.
   */
  public void respond(ResponsePart part) {
    if (ends(part)) {
      unanswered.decrementAndGet();
    }
    while (!part.exchange().abandoned()) {
      if (output.offer(part)) {
        if (mayWithhold(part)) {
          withheld++;
        } else {
          announceOutput();
          withheld = 0;
        }
        return;
      }
      awaitRoom(part.exchange());
    }
    part.release();
  }

  /** The order matters: the promise is looked at when the part is in the queue. */
  private boolean mayWithhold(ResponsePart part) {
    return drainPromised && withheld < MAX_WITHHELD && ends(part) && !input.isEmpty();
  }

  private static boolean ends(ResponsePart part) {
    return switch (part) {
      case ResponsePart.Whole _,
          ResponsePart.WholeInBlock _,
          ResponsePart.End _,
          ResponsePart.Abort _,
          ResponsePart.Upgraded _ ->
          true;
      case ResponsePart.Start _, ResponsePart.More _, ResponsePart.Block _ -> false;
      case ResponsePart.Expired _, ResponsePart.Refused _ -> false; // not of the worker
    };
  }

  private void announceOutput() {
    if (serverAwake.compareAndSet(false, true)) {
      wakeServer.run();
    }
  }

  private void awaitRoom(Exchange exchange) {
    blockedOnOutput = Thread.currentThread();
    try {
      announceOutput();
      LockSupport.parkNanos(exchange, 1_000_000);
    } finally {
      blockedOnOutput = null;
    }
  }

  // --- the watchdog

  /**
   * The exchange that the worker serves is over its deadline: the server thread gets an {@link
   * ResponsePart.Expired} for it, after the parts that the worker gave before. The exchange counts
   * as unanswered until the worker ends it all the same, and the worker as {@link #overdue} until
   * it takes again, which it must not do before this returns.
   *
   * <p><em>Blocks:</em> never.
   */
  public void expire(Exchange exchange) {
    late = true;
    overdue.add(new ResponsePart.Expired(exchange));
    announceOutput();
  }

  /**
   * Refuses the exchanges that wait for the worker, in their order; their sessions may offer them
   * to another one.
   *
   * <p>The caller knows that the worker takes nothing meanwhile and that nothing is offered any
   * more, and makes what it does here visible to the worker before that takes again. <em>Blocks:
   * </em> never. <em>Owner:</em> the server thread gets the exchanges back as {@link
   * ResponsePart.Refused}.
   *
   * @return their number
   */
  public int refuseWaiting() {
    var count = 0;
    for (var exchange = input.poll(); exchange != null; exchange = input.poll()) {
      unanswered.decrementAndGet();
      overdue.add(new ResponsePart.Refused(exchange));
      count++;
    }
    if (count > 0) {
      announceOutput();
    }
    return count;
  }
}
