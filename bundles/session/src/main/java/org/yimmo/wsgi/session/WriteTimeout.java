package org.yimmo.wsgi.session;

/**
 * How long a client may take nothing of what is to be written to it: as long as the socket takes
 * some of it, the time begins anew.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class WriteTimeout {
  private static final long NEVER = Long.MAX_VALUE;

  private final TransportConnection connection;
  private final Shared shared;

  private long deadline = NEVER;
  private long progress; // when the time began

  WriteTimeout(TransportConnection connection, Shared shared) {
    this.connection = connection;
    this.shared = shared;
  }

  /** Something waits for the client. */
  void begin() {
    if (deadline == NEVER) {
      beginAnew();
    }
  }

  private void beginAnew() {
    progress = connection.writeProgress();
    deadline = shared.clock.getAsLong() + shared.limits.writeTimeout().toNanos();
    connection.wakeAt(deadline);
  }

  /** When to ask {@link #isOver} next. */
  long deadline() {
    return deadline;
  }

  /** Whether the client has had its time. */
  boolean isOver(long now) {
    if (deadline > now) {
      return false;
    }
    deadline = NEVER;
    if (connection.drained()) {
      return false;
    }
    if (connection.writeProgress() == progress) {
      return true;
    }
    beginAnew();
    return false;
  }
}
