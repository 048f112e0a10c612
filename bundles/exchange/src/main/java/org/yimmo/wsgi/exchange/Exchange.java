package org.yimmo.wsgi.exchange;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One request with its response.
 *
 * <p>The session makes it, one worker serves it. The worker may have at most {@code windowBytes} of
 * content on its way to the client: it takes credit before it hands content over and gets it back
 * when the octets have been written to the socket. So a slow client holds up its own exchange only.
 */
@ProviderType
public final class Exchange {
  private final Request request;
  private final ResponseReceiver receiver;
  private final int windowBytes;
  private final ContentBlocks blocks;
  private final long receivedNanos;
  private final Upgrade upgrade;
  private final Optional<WebSocketLink> link;

  private volatile boolean abandoned; // written by the server thread
  private volatile long returnedBytes; // written by the server thread
  private volatile Thread waiting; // written by the worker
  private long takenBytes; // worker thread only

  /** One whose request has just been received; it has no blocks for large content. */
  public Exchange(Request request, ResponseReceiver receiver, int windowBytes) {
    this(request, receiver, windowBytes, ContentBlocks.NONE, System.nanoTime());
  }

  /**
   * @param windowBytes the most octets of content on their way to the client; more than 0
   * @param blocks for large content of the response
   * @param receivedNanos when the request was there whole, as of {@link System#nanoTime}
   */
  public Exchange(
      Request request,
      ResponseReceiver receiver,
      int windowBytes,
      ContentBlocks blocks,
      long receivedNanos) {
    this(request, receiver, windowBytes, blocks, receivedNanos, Upgrade.NONE, Optional.empty());
  }

  /** One whose request may ask for a WebSocket. */
  public Exchange(
      Request request,
      ResponseReceiver receiver,
      int windowBytes,
      ContentBlocks blocks,
      long receivedNanos,
      Upgrade upgrade) {
    this(request, receiver, windowBytes, blocks, receivedNanos, upgrade, Optional.empty());
  }

  /** A delivery of events of a WebSocket, which began with that request. */
  public static Exchange delivery(
      Request handshake, ResponseReceiver receiver, WebSocketLink link) {
    return new Exchange(
        handshake,
        receiver,
        1,
        ContentBlocks.NONE,
        System.nanoTime(),
        Upgrade.NONE,
        Optional.of(link));
  }

  private Exchange(
      Request request,
      ResponseReceiver receiver,
      int windowBytes,
      ContentBlocks blocks,
      long receivedNanos,
      Upgrade upgrade,
      Optional<WebSocketLink> link) {
    if (windowBytes <= 0) {
      throw new IllegalArgumentException("windowBytes " + windowBytes + " is not positive");
    }
    this.request = request;
    this.receiver = receiver;
    this.windowBytes = windowBytes;
    this.blocks = blocks;
    this.receivedNanos = receivedNanos;
    this.upgrade = upgrade;
    this.link = link;
  }

  public Request request() {
    return request;
  }

  /** When the request was there whole, as of {@link System#nanoTime}. */
  public long receivedNanos() {
    return receivedNanos;
  }

  /** What the request says about WebSockets. */
  public Upgrade upgrade() {
    return upgrade;
  }

  /** The WebSocket whose events are to be served; empty: the request is. */
  public Optional<WebSocketLink> link() {
    return link;
  }

  /** Whether nobody wants the response any more. <em>Thread:</em> any. */
  public boolean abandoned() {
    return abandoned;
  }

  /** Whether the worker waits for credit, that is, for the client. <em>Thread:</em> any. */
  public boolean waitsForClient() {
    return waiting != null;
  }

  // --- server thread

  public ResponseReceiver receiver() {
    return receiver;
  }

  /**
   * The client has left, or got its answer without the worker: parts are dropped from now on and a
   * waiting worker goes on at once.
   */
  public void abandon() {
    abandoned = true;
    wakeWorker();
  }

  /** {@code bytes} of content were written to the socket. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public void returnCredit(int bytes) {
    if (bytes > 0) {
      returnedBytes += bytes;
      if (link.isPresent()) {
        link.get().written(bytes);
      }
      wakeWorker();
    }
  }

  private void wakeWorker() {
    var worker = waiting;
    if (worker != null) {
      LockSupport.unpark(worker);
    }
  }

  // --- worker thread

  /** Where large content of the response is put. */
  public ContentBlocks blocks() {
    return blocks;
  }

  /**
   * Takes credit for {@code bytes} of content if no wait is needed. A chunk larger than the whole
   * window passes when nothing else is on its way.
   *
   * @return whether the credit was taken; if not, nothing changed
   */
  public boolean tryTakeCredit(int bytes) {
    var onTheWay = takenBytes - returnedBytes;
    if (onTheWay > 0 && onTheWay + bytes > windowBytes) {
      return false;
    }
    takenBytes += bytes;
    return true;
  }

  /**
   * Takes credit for {@code bytes} of content.
   *
   * <p><em>Blocks:</em> until enough earlier content was written or the exchange was abandoned; the
   * session abandons it when the client leaves or does not read for its write timeout. The caller
   * holds no lock and no GIL.
   *
   * @return whether the credit was taken; {@code false}: the exchange was abandoned
   */
  public boolean takeCredit(int bytes) {
    waiting = Thread.currentThread();
    try {
      while (!abandoned) {
        if (tryTakeCredit(bytes)) {
          return true;
        }
        LockSupport.park(this);
      }
      return false;
    } finally {
      waiting = null;
    }
  }
}
