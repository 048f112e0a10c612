package org.yimmo.wsgi.session;

import java.util.function.LongSupplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the sessions of one I/O thread share.
 *
 * <p><em>Thread:</em> the I/O thread, but for the constructor.
 */
@ProviderType
public final class Shared {
  final Limits limits;
  final AccessLog accessLog;
  final Spool spool;
  final LongSupplier clock;
  final Workers workers = new Workers();
  final ResponseEncoder encoder = new ResponseEncoder();

  /**
   * @param clock nanoseconds as of {@link System#nanoTime}; may be as old as the batch of events
   *     that is being worked on
   */
  public Shared(Limits limits, AccessLog accessLog, Spool spool, LongSupplier clock) {
    this.limits = limits;
    this.accessLog = accessLog;
    this.spool = spool;
    this.clock = clock;
  }

  public Workers workers() {
    return workers;
  }
}
