package org.yimmo.wsgi.worker.internal;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/**
 * One worker thread under the eyes of the watchdog.
 *
 * <p>The worker says what it is at, nothing more: no clock, no lock, no allocation. The watchdog
 * remembers when it first saw an exchange, so a deadline comes late by two looks at most and never
 * early. Looks at which the worker waits for its client do not count: a slow client is not the
 * application's fault, and the session has a timeout of its own for it.
 */
final class Watch extends Answers {
  private static final System.Logger LOG = System.getLogger(Watch.class.getName());

  /** How long a worker may take to come back when it was interrupted. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** In place of an exchange that is over its deadline: the worker cannot end it unseen. */
  private static final Object OVERDUE = new Object();

  private static final VarHandle SERVING;

  static {
    try {
      SERVING = MethodHandles.lookup().findVarHandle(Watch.class, "serving", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What the watchdog may do with a worker. */
  interface Subject {
    Thread thread();

    /** The server offers nothing more to the worker when this returns. */
    void withdraw();

    /** The server may offer to the worker again. */
    void offer();
  }

  private final Subject subject;
  private volatile Duration deadline; // written by the threads of the framework

  private Object serving; // null: nothing; written by both threads, through SERVING

  // the watchdog's
  private Object seen;
  private long lookedNanos;
  private long spentNanos; // on what was seen, without waits for the client
  private long interruptedNanos;
  private volatile boolean stuck; // read by any thread

  Watch(ExchangeQueues queues, Subject subject, Duration deadline) {
    super(queues);
    this.subject = subject;
    this.deadline = deadline;
  }

  // --- the worker thread

  void begins(Exchange exchange) {
    SERVING.setRelease(this, exchange);
  }

  void ended(Exchange exchange) {
    if (!SERVING.compareAndSet(this, exchange, null)) {
      comesBack();
    }
  }

  /** Waits until the watchdog has let go: what it does is meant for the exchange that is over. */
  private synchronized void comesBack() {
    var _ = Thread.interrupted();
    SERVING.setRelease(this, null);
  }

  // --- the watchdog

  /** Looks at the worker at a time as of {@link System#nanoTime}. */
  @SuppressWarnings("ReferenceEquality") // two exchanges may not be taken for one
  void look(long nanos) {
    var elapsed = nanos - lookedNanos;
    lookedNanos = nanos;
    var current = SERVING.getAcquire(this);
    if (current == OVERDUE) {
      if (!stuck && nanos - interruptedNanos >= PATIENCE.toNanos()) {
        giveUp();
      }
      return;
    }
    if (stuck) {
      takeBack();
    }
    if (current != seen) {
      seen = current;
      spentNanos = 0;
    } else if (current instanceof Exchange exchange && !exchange.waitsForClient()) {
      spentNanos += elapsed;
      if (spentNanos >= deadline.toNanos()) {
        expire(exchange, nanos);
      }
    }
  }

  /** Holds for the exchange that is being served, too. <em>Thread:</em> any. */
  void deadline(Duration changed) {
    deadline = changed;
  }

  /** Whether the worker is at an exchange that is over its deadline. <em>Thread:</em> any. */
  boolean overdue() {
    return SERVING.getAcquire(this) == OVERDUE;
  }

  /** Whether the worker did not come back. <em>Thread:</em> any. */
  boolean stuck() {
    return stuck;
  }

  /**
   * The lock is held while others are called: nobody but this worker ever waits for it, and it must
   * not go on before it was interrupted.
   */
  private synchronized void expire(Exchange exchange, long nanos) {
    if (!SERVING.compareAndSet(this, exchange, OVERDUE)) {
      return; // it has just ended
    }
    seen = null;
    queues.expire(exchange);
    var answering = application();
    LOG.log(Level.ERROR, message(exchange) + stack(answering));
    interrupt(answering);
    interruptedNanos = nanos;
  }

  private String message(Exchange exchange) {
    return "%s %s has run for %.1f s on %s, longer than --timeout allows; it is interrupted:\n"
        .formatted(
            exchange.request().method(),
            exchange.request().target(),
            spentNanos / 1e9,
            queues.worker());
  }

  private String stack(Application answering) {
    try {
      return answering.stack(subject.thread()).stripTrailing();
    } catch (RuntimeException e) {
      return "the application cannot say where it is: " + e;
    }
  }

  private void interrupt(Application answering) {
    try {
      answering.interrupt(subject.thread());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the application cannot be interrupted", e);
    }
  }

  /**
   * What waits behind the exchange goes back to the sessions, which offer it to other workers as
   * far as the order of their responses allows.
   */
  private synchronized void giveUp() {
    if (SERVING.getAcquire(this) != OVERDUE) {
      return; // it has just come back
    }
    stuck = true;
    subject.withdraw();
    var refused = queues.refuseWaiting();
    LOG.log(
        Level.ERROR,
        queues.worker()
            + " did not come back within "
            + PATIENCE.toSeconds()
            + " s: it gets no more requests, and "
            + refused
            + " that waited for it go to others or get 503; a manager replaces this process, without one"
            + " (see --processes) restart the server");
  }

  private void takeBack() {
    stuck = false;
    subject.offer();
    LOG.log(Level.WARNING, "{0} has come back and takes requests again", queues.worker());
  }
}
