package org.yimmo.wsgi.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Request;

/**
 * One HTTP/2 connection: what its {@link RequestStream}s share, and when it ends.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never.
 */
@ProviderType
public final class Http2Session {
  private static final System.Logger LOGGER = System.getLogger(Http2Session.class.getName());
  private static final long LAST_REQUEST_NANOS = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private final StreamConnection connection;
  private final Endpoints endpoints;
  private final Shared shared;
  private final StreamHeads heads;
  private final Forwarding forwarding;
  private final long openedNanos;

  private final Set<RequestStream> streams = new LinkedHashSet<>(); // that are not closed
  private long requests; // received whole
  private ExchangeQueues worker; // of the last exchange; null: there was none

  private boolean draining;
  private boolean refusing; // the client was told which stream is the last one
  private boolean ending; // the connection is being closed
  private boolean over; // it is closed

  private long idleDeadline = NEVER;
  private long endDeadline = NEVER; // until then the client has heard of the end
  private final WriteTimeout writeTimeout;
  private long pendingBytes; // of content between the streams and the socket

  public Http2Session(StreamConnection connection, Endpoints endpoints, Shared shared) {
    this.connection = connection;
    this.endpoints = endpoints;
    this.shared = shared;
    heads = new StreamHeads(shared.limits);
    forwarding = new Forwarding(shared.proxies, endpoints);
    writeTimeout = new WriteTimeout(connection, shared);
    openedNanos = System.nanoTime();
  }

  // --- events: streams

  /** The connection is open. */
  public void opened() {
    settle();
  }

  /**
   * The client has opened a stream with the head of a request.
   *
   * @param list {@code [0, length)} is name, value, name, value …, pseudo-header fields first; one
   *     Latin-1 character per octet. It is not kept
   * @param last whether there is no content
   * @return the stream, whose events the caller reports until it is {@link RequestStream#closed}
   */
  public RequestStream begin(StreamOutput output, CharSequence[] list, int length, boolean last) {
    var stream = open(output, last);
    try {
      stream.begin(heads.decode(list, length));
    } catch (RefusedException e) {
      stream.refuse(e);
    }
    return stream;
  }

  /** The same with a head that is larger than allowed, and was not kept. */
  public RequestStream beginTooLarge(StreamOutput output) {
    var stream = open(output, true);
    stream.refuse(StreamHeads.fieldsTooLarge());
    return stream;
  }

  private RequestStream open(StreamOutput output, boolean last) {
    var stream = new RequestStream(this, shared, output, last);
    streams.add(stream);
    idleDeadline = NEVER;
    return stream;
  }

  /** The client sends nothing more; it may still read. */
  public void inputEnded() {
    draining = true;
    refusing = true;
    for (var stream : List.copyOf(streams)) {
      stream.inputEnded();
    }
    settle();
  }

  /** The connection is closed, by whomever, and so is each of its streams. */
  public void closed() {
    over = true;
    for (var stream : List.copyOf(streams)) {
      stream.closed();
    }
  }

  // --- calls of the streams

  Request request(RequestHead head, Content content) {
    requests++;
    return forwarding.applyTo(head.request(content, endpoints));
  }

  /**
   * The most octets of the response to the next request between its worker and the socket: what
   * many streams have there must not be many times what one has.
   */
  int windowBytes() {
    return streams.size() <= 1 ? Session.WINDOW_BYTES : Session.PIPELINED_WINDOW_BYTES;
  }

  /** Who took the exchange; null: nobody. Streams go to whichever worker has the least to do. */
  ExchangeQueues offer(Exchange exchange) {
    var taker = shared.workers.offer(exchange, worker);
    if (taker != null) {
      worker = taker;
    }
    return taker;
  }

  /** So much more, or less, content is between the streams and the socket. */
  void pending(long bytes) {
    pendingBytes += bytes;
  }

  void flush() {
    connection.flush();
  }

  void wakeAt(long nanos) {
    connection.wakeAt(nanos);
  }

  Endpoints endpoints() {
    return endpoints;
  }

  /** A bug, of this server or of who made the parts of a response. */
  void reportFault(RuntimeException fault) {
    LOGGER.log(System.Logger.Level.ERROR, "a response failed by a fault of the server", fault);
  }

  /** The stream is closed. */
  void left(RequestStream stream) {
    streams.remove(stream);
    settle();
  }

  // --- after each event

  private void settle() {
    if (over || ending || !streams.isEmpty()) {
      return;
    }
    if (refusing) {
      end();
    } else if (idleDeadline == NEVER) {
      idleDeadline = shared.clock.getAsLong() + shared.limits.idleTimeout().toNanos();
      connection.wakeAt(idleDeadline);
    }
  }

  private void end() {
    ending = true;
    connection.close();
    connection.flush();
  }

  // --- events: time

  /** The socket, or the window of a stream, did not take all there was to write. */
  public void outputWaits() {
    writeTimeout.begin();
  }

  /** Whether content of some stream waits for the client. */
  public boolean waitsForClient() {
    return pendingBytes > 0;
  }

  /** A time that was asked for with {@link StreamConnection#wakeAt} has come, or an earlier one. */
  public void deadlineReached() {
    if (over) {
      return;
    }
    var now = shared.clock.getAsLong();
    if (writeTimeout.isOver(now)) {
      ending = true;
      connection.reset();
      return;
    }
    for (var stream : List.copyOf(streams)) {
      stream.deadlineReached(now);
    }
    if (endDeadline <= now) {
      endHeard();
    }
    if (idleDeadline <= now && streams.isEmpty() && !ending) {
      connection.refuseStreams();
      end();
    }
    wakeAgain();
  }

  private void wakeAgain() {
    var next = Math.min(writeTimeout.deadline(), endDeadline);
    if (!ending) {
      next = Math.min(next, idleDeadline);
    }
    for (var stream : streams) {
      next = Math.min(next, stream.deadline());
    }
    if (!over && next != NEVER) {
      connection.wakeAt(next);
    }
  }

  // --- the end

  /**
   * The server stops: streams that the client has opened are served, also those that it opens
   * within a second or until it has heard of it. Then the connection is closed.
   */
  public void drain() {
    if (draining || over) {
      return;
    }
    draining = true;
    connection.announceEnd();
    connection.flush();
    endDeadline = shared.clock.getAsLong() + LAST_REQUEST_NANOS;
    connection.wakeAt(endDeadline);
  }

  /** The client has heard of the end, or had time to: what it opens now is not served. */
  public void endHeard() {
    endDeadline = NEVER;
    if (draining && !refusing && !over) {
      refusing = true;
      connection.refuseStreams();
      connection.flush();
      settle();
    }
  }

  // --- for people

  /** This connection as it is now. */
  public SessionSummary summary() {
    var inFlight = (int) streams.stream().filter(RequestStream::inFlight).count();
    return new SessionSummary(
        endpoints, SessionSummary.HTTP_2, openedNanos, requests, inFlight, state(inFlight));
  }

  private SessionSummary.State state(int inFlight) {
    if (ending) {
      return SessionSummary.State.CLOSING;
    }
    if (inFlight > 0) {
      return SessionSummary.State.ANSWERING;
    }
    return streams.stream().anyMatch(RequestStream::receiving)
        ? SessionSummary.State.RECEIVING
        : SessionSummary.State.IDLE;
  }

  /** The requests in flight, in the order of their streams. */
  public List<ExchangeSummary> exchanges() {
    var exchanges = new ArrayList<ExchangeSummary>();
    streams.forEach(stream -> stream.summary().ifPresent(exchanges::add));
    return exchanges;
  }
}
