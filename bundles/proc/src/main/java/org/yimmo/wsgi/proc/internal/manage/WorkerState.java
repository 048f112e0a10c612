package org.yimmo.wsgi.proc.internal.manage;

import java.util.Map;
import java.util.Optional;

/**
 * What the manager knows of one worker process. Times are milliseconds of a clock that never goes
 * back.
 *
 * @param number no two workers of a manager share one
 * @param generation the file of the applications that it serves, or empty
 * @param deadline of a worker that was asked to end: when it is ended by force
 * @param heardAt when it last gave a sign of life that counts
 * @param requestLimit it is replaced after so many; 0: never
 * @param outdated why it is to be replaced
 * @param lacking the applications that it could not load, each with its reason
 */
record WorkerState(
    int number,
    String generation,
    Phase phase,
    long startedAt,
    long readyAt,
    long deadline,
    long heardAt,
    long requestLimit,
    Optional<Reason> outdated,
    Map<String, String> lacking,
    Gauges gauges) {

  enum Phase {
    /** Started; neither ready nor failed. */
    BOOTING,
    /** Started, and held: it will not open its port unasked. */
    PREPARING,
    /** Held, and all that comes before the port is done. */
    PREPARED,
    /** Ready. */
    SERVING,
    /** Asked to finish and end. */
    RETIRING,
    /** Asked to end at once. */
    STOPPING,
    /** It said that it fails, and ends by itself. */
    FAILING,
    /** Ended by force; not gone yet. */
    KILLED
  }

  enum Reason {
    RELOAD("the reload"),
    ROLLOUT("the applications, which have changed"),
    REQUESTS("the number of its requests"),
    AGE("its age"),
    MEMORY("its memory"),
    STUCK("a thread that did not come back from a request");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  static WorkerState started(
      int number, String generation, boolean held, long now, long requestLimit) {
    return new WorkerState(
        number,
        generation,
        held ? Phase.PREPARING : Phase.BOOTING,
        now,
        0,
        0,
        now,
        requestLimit,
        Optional.empty(),
        Map.of(),
        Gauges.NONE);
  }

  boolean booting() {
    return phase == Phase.BOOTING;
  }

  /** Of a rollout that has not switched. */
  boolean held() {
    return phase == Phase.PREPARING || phase == Phase.PREPARED;
  }

  WorkerState prepared(long now) {
    return in(Phase.PREPARED, startedAt, readyAt, deadline, now);
  }

  /** What is left of its start has the time of a start. */
  WorkerState opening(long now) {
    return in(Phase.BOOTING, now, readyAt, deadline, now);
  }

  boolean serving() {
    return phase == Phase.SERVING;
  }

  /**
   * @param without the applications that it could not load
   */
  WorkerState ready(long now, Map<String, String> without) {
    return new WorkerState(
        number,
        generation,
        Phase.SERVING,
        startedAt,
        now,
        deadline,
        now,
        requestLimit,
        outdated,
        Map.copyOf(without),
        gauges);
  }

  WorkerState in(Phase next, long nextDeadline) {
    return in(next, startedAt, readyAt, nextDeadline, heardAt);
  }

  private WorkerState in(Phase next, long started, long ready, long end, long heard) {
    return new WorkerState(
        number,
        generation,
        next,
        started,
        ready,
        end,
        heard,
        requestLimit,
        outdated,
        lacking,
        gauges);
  }

  WorkerState outdatedBy(Optional<Reason> reason) {
    return new WorkerState(
        number,
        generation,
        phase,
        startedAt,
        readyAt,
        deadline,
        heardAt,
        requestLimit,
        reason,
        lacking,
        gauges);
  }

  /** A beat whose {@code io} stands still is heard, but is no sign of life. */
  WorkerState beat(Gauges latest, long now) {
    var alive = latest.io().isEmpty() || !latest.io().equals(gauges.io());
    return new WorkerState(
        number,
        generation,
        phase,
        startedAt,
        readyAt,
        deadline,
        alive ? now : heardAt,
        requestLimit,
        outdated,
        lacking,
        latest);
  }
}
