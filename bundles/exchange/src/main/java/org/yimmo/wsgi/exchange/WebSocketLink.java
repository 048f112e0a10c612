package org.yimmo.wsgi.exchange;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What goes between one WebSocket on the server thread and its callbacks on a worker thread: events
 * one way, frames the other.
 *
 * <p>Events are served like requests: while there are some, one exchange with this link, a
 * <em>delivery</em>, is offered to a worker, which takes events from here. There is never more than
 * one delivery of a link, so its events keep their order.
 */
@ProviderType
public final class WebSocketLink {
  /**
   * What a WebSocket is made with.
   *
   * @param protocol the sub-protocol that was chosen, or empty
   * @param maxMessageBytes a longer message of the client closes the connection (1009)
   * @param maxPendingBytes so much may wait for a client that does not read; more: 1013
   * @param pingInterval zero: no pings
   * @param idleTimeout a client that is silent for so long is given up; zero: never
   * @param deflate whether permessage-deflate may be agreed on
   */
  public record Settings(
      String protocol,
      int maxMessageBytes,
      int maxPendingBytes,
      Duration pingInterval,
      Duration idleTimeout,
      boolean deflate) {}

  /** What happens to a WebSocket: {@code Opened Message* Closed}. */
  public sealed interface Event {
    /** The handshake is done. */
    record Opened() implements Event {}

    /** A whole message. <em>Owner:</em> the receiver. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Message(boolean text, byte[] content) implements Event {}

    /**
     * The end.
     *
     * @param code 1005 when there was none, 1006 when the connection broke off
     */
    record Closed(int code, String reason) implements Event {}
  }

  /** What is to be sent. */
  public sealed interface Output {
    /** A frame; the first octet holds FIN and the opcode. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Frame(int firstOctet, byte[] payload) implements Output {}

    /** The closing handshake begins. */
    record Close(int code, String reason) implements Output {}
  }

  private static final int TRY_AGAIN_LATER = 1013;

  private final Settings settings;
  private final Runnable callbacks;
  private final Runnable released;
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final Queue<Output> output = new ConcurrentLinkedQueue<>();
  private final AtomicLong eventBytes = new AtomicLong();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicBoolean announced = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean closed; // set by any thread
  private volatile Runnable wake = () -> {}; // written by the server thread

  /**
   * A link before its handshake is answered.
   *
   * @param callbacks serves events of {@link #poll} for a while; called on a worker thread
   * @param released called once, when no event will be served any more
   */
  public WebSocketLink(Settings settings, Runnable callbacks, Runnable released) {
    this.settings = settings;
    this.callbacks = callbacks;
    this.released = released;
  }

  public Settings settings() {
    return settings;
  }

  // --- any thread

  /** Whether nothing can be sent any more. */
  public boolean closed() {
    return closed;
  }

  /** Octets of payload that are not in the socket yet. */
  public long pendingBytes() {
    return pendingBytes.get();
  }

  /** Whether the client is so far behind that it gets no further events served. */
  public boolean congested() {
    return !closed && pendingBytes.get() > settings.maxPendingBytes / 2;
  }

  /**
   * Sends a frame. A payload larger than what may wait passes when nothing else does.
   *
   * <p><em>Blocks:</em> never. <em>Owner:</em> the link.
   *
   * @return {@code false}: the connection is closed, or is now because its client does not read
   */
  public boolean send(int firstOctet, byte[] payload) {
    if (closed) {
      return false;
    }
    var before = pendingBytes.getAndAdd(payload.length);
    if (before > 0 && before + payload.length > settings.maxPendingBytes) {
      pendingBytes.addAndGet(-payload.length);
      close(TRY_AGAIN_LATER, "the client does not read");
      return false;
    }
    put(new Output.Frame(firstOctet, payload));
    return true;
  }

  /** Begins the closing handshake, unless it has begun. <em>Blocks:</em> never. */
  public void close(int code, String reason) {
    if (!closed) {
      closed = true;
      put(new Output.Close(code, reason));
    }
  }

  private void put(Output next) {
    output.add(next);
    if (announced.compareAndSet(false, true)) {
      wake.run();
    }
  }

  /** No event will be served any more; a second call does nothing. */
  public void release() {
    closed = true;
    if (over.compareAndSet(false, true)) {
      released.run();
    }
  }

  // --- worker thread, within a delivery

  public Runnable callbacks() {
    return callbacks;
  }

  /** The next event. */
  public Optional<Event> poll() {
    var event = events.poll();
    if (event instanceof Event.Message message) {
      eventBytes.addAndGet(-message.content.length);
    }
    return Optional.ofNullable(event);
  }

  // --- server thread

  /** Says how to wake the server thread when there is output. */
  public void connect(Runnable wakeServer) {
    wake = wakeServer;
  }

  /** What the application sends, oldest first. */
  public Optional<Output> nextOutput() {
    var next = output.poll();
    if (next == null) {
      announced.set(false);
      next = output.poll(); // put before the flag was cleared
    }
    return Optional.ofNullable(next);
  }

  /** So much of the payloads is in the socket. */
  public void written(int bytes) {
    pendingBytes.addAndGet(-bytes);
  }

  public void offer(Event event) {
    if (event instanceof Event.Message message) {
      eventBytes.addAndGet(message.content.length);
    }
    if (event instanceof Event.Closed) {
      closed = true;
    }
    events.add(event);
  }

  public boolean hasEvents() {
    return !events.isEmpty();
  }

  /** Octets of messages that wait for the worker. */
  public long eventBytes() {
    return eventBytes.get();
  }
}
