package org.yimmo.wsgi.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.ContentBlocks;

/**
 * What the sessions of one I/O thread share.
 *
 * <p><em>Thread:</em> the I/O thread, but for the constructor and where a method says otherwise.
 */
@ProviderType
public final class Shared {
  private static final int MOST_BLOCKS = 512; // 64 MiB

  Limits limits;
  final AccessLog accessLog;
  final Spool spool;
  final LongSupplier clock;
  final Proxies proxies;
  final ContentBlocks blocks = new ContentBlocks(MOST_BLOCKS);
  final PerMessageDeflate deflate = new PerMessageDeflate();
  final Workers workers = new Workers();
  final ResponseEncoder encoder = new ResponseEncoder();
  final StreamFields streamFields = new StreamFields();

  // written by the I/O thread alone, so a release store is enough
  private final AtomicLong requestsBegun = new AtomicLong();
  private final AtomicLong requestsEnded = new AtomicLong();

  /**
   * @param clock nanoseconds as of {@link System#nanoTime}; may be as old as the batch of events
   *     that is being worked on
   * @param proxies who is believed what it says about clients
   */
  public Shared(
      Limits limits, AccessLog accessLog, Spool spool, LongSupplier clock, Proxies proxies) {
    this.limits = limits;
    this.accessLog = accessLog;
    this.spool = spool;
    this.clock = clock;
    this.proxies = proxies;
  }

  /** Other limits from now on; those of a head, and of streams, hold for new sessions. */
  public void limits(Limits changed) {
    limits = changed;
  }

  /** The limits for new sessions. */
  public Limits limits() {
    return limits;
  }

  public Workers workers() {
    return workers;
  }

  /** For the content of a request. */
  ContentCollector collector(long length, Spool.Progress progress) {
    return new ContentCollector(length, limits.bodyMemoryBytes(), blocks, spool, progress);
  }

  /** A request takes its place in line. */
  void requestBegun() {
    requestsBegun.setRelease(requestsBegun.getPlain() + 1);
  }

  /** A request leaves the line: it was answered, or nobody wants the answer. */
  void requestEnded() {
    requestsEnded.setRelease(requestsEnded.getPlain() + 1);
  }

  /** The requests so far that are no longer in flight. <em>Thread:</em> any. */
  public long requestsEnded() {
    return requestsEnded.getAcquire();
  }

  /**
   * The requests that were received whole and whose responses have not ended. <em>Thread:</em> any.
   */
  public long requestsInFlight() {
    var ended = requestsEnded.getAcquire(); // first, so that the difference is never negative
    return requestsBegun.getAcquire() - ended;
  }
}
