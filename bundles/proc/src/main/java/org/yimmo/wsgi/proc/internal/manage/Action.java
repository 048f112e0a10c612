package org.yimmo.wsgi.proc.internal.manage;

import java.lang.System.Logger.Level;
import java.util.Map;

/** What the manager does, having decided so. */
sealed interface Action {
  /**
   * Starts a process for this worker.
   *
   * @param generation the file of the applications that it serves, or empty
   * @param held it prepares itself and then waits for {@link Serve}
   */
  record Start(int worker, String generation, boolean held) implements Action {}

  /** Has a worker that is prepared open its port. */
  record Serve(int worker) implements Action {}

  /**
   * Has a worker change its applications while it serves.
   *
   * @param verb {@code prepare}, then {@code commit} or {@code abort}
   */
  record Change(int worker, String verb, String generation) implements Action {}

  /** Answers who asked for the rollout: reasons by application, or none. */
  record RolledOut(Map<String, String> failures) implements Action {}

  /** Asks the worker to finish what is in flight and end. */
  record Retire(int worker) implements Action {}

  /** Asks the worker to end at once. */
  record Stop(int worker) implements Action {}

  /** Ends the worker's process by force. */
  record Kill(int worker) implements Action {}

  /** Asks all workers to open their log files anew. */
  record Reopen() implements Action {}

  /** Tells the service manager of the system. */
  record Notify(Notice notice) implements Action {}

  /** Writes a line to the log. */
  record Log(Level level, String text) implements Action {}

  /** Says to the one who started the server why it does not start. */
  record Complain(String message) implements Action {}

  /** Ends the manager. No worker is left. */
  record Exit(int status) implements Action {}

  /** The states that systemd knows (sd_notify(3)). */
  enum Notice {
    READY,
    RELOADING,
    STOPPING
  }
}
