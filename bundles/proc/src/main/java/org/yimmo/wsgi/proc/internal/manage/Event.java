package org.yimmo.wsgi.proc.internal.manage;

import java.util.Map;
import java.util.Optional;

/** What the manager is told, or sees happen. */
sealed interface Event {
  /**
   * The worker's applications are imported and its port open.
   *
   * @param failures the applications that cannot be loaded, each with its reason
   */
  record Ready(int worker, Map<String, String> failures) implements Event {}

  /**
   * The worker is held and has done all that comes before the port. It waits for {@link
   * Action.Serve}.
   *
   * @param failures as of {@link Ready}
   */
  record Prepared(int worker, Map<String, String> failures) implements Event {}

  /** The applications of this file are to serve instead of those that do. */
  record Rollout(String generation) implements Event {}

  /** Likewise, but only applications in Java differ: the workers can change while they serve. */
  record Change(String generation) implements Event {}

  /**
   * The worker has done what it was told by {@link Action.Change}.
   *
   * @param failures as of {@link Ready}
   */
  record Changed(int worker, Map<String, String> failures) implements Event {}

  /** The worker cannot start, or cannot go on; it ends by itself. */
  record Failed(int worker, int status, String message) implements Event {}

  /**
   * The worker's process is gone.
   *
   * @param status 128 and the number of the signal, if it was one
   * @param report what the JVM wrote when it crashed
   */
  record Exited(int worker, int status, Optional<CrashReport> report) implements Event {}

  /** The worker's sign of life. */
  record Beat(int worker, Gauges gauges) implements Event {}

  /** A signal came for the manager. */
  record Signalled(Order order) implements Event {}

  /** So many workers are asked for; at least one. */
  record Scaled(int workers) implements Event {}

  /** Nothing happened, but time passed. */
  record Tick() implements Event {}

  /** What a signal means. */
  enum Order {
    /** TERM: finish what is in flight, then end. */
    STOP,
    /** INT: end now. */
    QUICK_STOP,
    /** HUP. */
    RELOAD,
    /** TTIN. */
    ONE_MORE,
    /** TTOU. */
    ONE_LESS,
    /** USR1: open the log files anew. */
    REOPEN,
    /** USR2, which asks gunicorn to replace its own program. */
    UPGRADE
  }
}
