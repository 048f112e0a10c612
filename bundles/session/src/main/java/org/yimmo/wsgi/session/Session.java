package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.WebSocketLink;

/**
 * One TCP connection: it turns octets into exchanges for workers and their responses into octets,
 * by the rules of RFC 9112.
 *
 * <p>Input goes from state to state as {@link Input} tells; the requests that are not answered yet
 * wait in line as {@link Turn}s. After each event {@link #settle} brings both together: it answers,
 * goes on with what could not be parsed before, and decides whether to read, to wait or to close.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never.
 */
@ProviderType
public final class Session {
  private static final System.Logger LOGGER = System.getLogger(Session.class.getName());

  /** The most requests of one connection that are not answered yet. */
  static final int MAX_PIPELINED = 16;

  /**
   * The most octets of one response between its worker and the socket: what is within it does not
   * hold the worker up.
   */
  static final int WINDOW_BYTES = 1024 * 1024;

  /** The same for a response behind others, which may keep it from the socket. */
  static final int PIPELINED_WINDOW_BYTES = 128 * 1024;

  private static final long LINGER_NANOS = 5_000_000_000L;
  private static final long LINGER_NANOS_DRAINING = 1_000_000_000L;
  private static final long LAST_REQUEST_NANOS = 1_000_000_000L;
  private static final long LINGER_BYTES = 64L * 1024 * 1024;
  private static final long NEVER = Long.MAX_VALUE;
  private static final byte[] NOTHING = {};
  private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);

  /** What the next octets from the client are. */
  private enum Input {
    /** The head of a request. */
    HEAD,
    /** The content of a request. */
    CONTENT,
    /** They are not looked at before the last request is on its way to a worker. */
    STALLED,
    /** Frames: the connection is a WebSocket. */
    FRAMES,
    /** Nothing that is wanted: the last request of this connection was read. */
    UNWANTED,
    /** Dropped, so that the client can read the last response before it sees a reset. */
    DROPPED
  }

  /** What the client must do in time. */
  private enum Awaited {
    NOTHING,
    REQUEST,
    /** The server stops: a request that is on its way is still answered. */
    LAST_REQUEST,
    HEAD_END,
    CONTENT,
    CLOSE
  }

  private final Connection connection;
  private final Endpoints endpoints;
  private final Shared shared;
  private final HeadDecoder decoder;
  private final Forwarding forwarding;

  private Input input = Input.HEAD;
  private byte[] kept = NOTHING; // octets that were received and not parsed yet
  private int keptLength;
  private final long openedNanos;
  private long requests; // received whole
  private boolean readingPaused;
  private boolean clientEnded; // the client sends nothing more
  private boolean inputLeft; // the client may have sent what is not wanted
  private long droppedBytes;

  // the request that is being received
  private RequestHead head; // null: none
  private RequestHead checked; // the last one that was right: a client repeats it
  private long startNanos;
  private ContentCollector content;
  private ChunkedDecoder chunks; // null: the content has a length
  private long contentRemaining;
  private boolean continueAwaited;

  private final ArrayDeque<Turn> turns = new ArrayDeque<>(2);
  private int inFlight; // turns that a worker has
  private ExchangeQueues worker; // of the exchanges in flight, or of the last one; null: none yet
  private Turn held; // in turns, waiting for the exchanges in flight to end; or null

  private WebSocketConnection socket; // null: the protocol is HTTP

  private boolean draining;
  private boolean ending; // the last response is on its way
  private boolean over; // the connection is closed

  private Awaited awaited = Awaited.NOTHING;
  private long inputDeadline = NEVER;
  private final WriteTimeout writeTimeout;

  public Session(Connection connection, Endpoints endpoints, Shared shared) {
    this.connection = connection;
    this.endpoints = endpoints;
    this.shared = shared;
    decoder = new HeadDecoder(shared.limits);
    forwarding = new Forwarding(shared.proxies, endpoints);
    writeTimeout = new WriteTimeout(connection, shared);
    openedNanos = System.nanoTime();
  }

  // --- events: octets

  /** The connection is open. */
  public void opened() {
    settle();
  }

  /** Octets arrived. <em>Owner:</em> the caller; what is kept is copied. */
  public void received(byte[] octets, int from, int to) {
    if (over) {
      return;
    }
    if (keptLength == 0) {
      var rest = parse(octets, from, to);
      keep(octets, rest, to);
    } else {
      keep(octets, from, to);
      parseKept();
    }
    settle();
  }

  /** The client sends nothing more; it may still read. */
  public void inputEnded() {
    clientEnded = true;
    settle();
  }

  private void keep(byte[] octets, int from, int to) {
    var count = to - from;
    if (count == 0) {
      return;
    }
    if (kept.length - keptLength < count) {
      kept = Arrays.copyOf(kept, Math.max(keptLength + count, 2 * kept.length));
    }
    System.arraycopy(octets, from, kept, keptLength, count);
    keptLength += count;
  }

  private void parseKept() {
    var rest = parse(kept, 0, keptLength);
    keptLength -= rest;
    if (keptLength == 0) {
      kept = NOTHING;
    } else {
      System.arraycopy(kept, rest, kept, 0, keptLength);
    }
  }

  /** Parses as far as possible; returns the end of what was parsed. */
  private int parse(byte[] octets, int from, int to) {
    var at = from;
    try {
      for (int before = -1; at < to && at != before && !stalled(); ) {
        before = at;
        at =
            switch (input) {
              case HEAD -> parseHead(octets, at, to);
              case CONTENT -> parseContent(octets, at, to);
              case FRAMES -> socket.received(octets, at, to);
              case DROPPED -> drop(at, to);
              case STALLED, UNWANTED -> at;
            };
      }
      return at;
    } catch (RefusedException e) {
      refuse(e);
      return to;
    }
  }

  /** Whether octets have to wait. */
  private boolean stalled() {
    return switch (input) {
      case HEAD -> turns.size() >= MAX_PIPELINED || connection.congested();
      case CONTENT -> content.backlogged();
      case FRAMES -> socket.full();
      case STALLED, UNWANTED -> true;
      case DROPPED -> false;
    };
  }

  private int parseHead(byte[] octets, int from, int to) throws RefusedException {
    var at = from;
    while (to - at >= 2 && octets[at] == '\r' && octets[at + 1] == '\n') {
      at += 2; // RFC 9112 §2.2: empty lines before a request
    }
    if (at == to || (to - at == 1 && octets[at] == '\r')) {
      return at;
    }
    var length = decoder.decode(octets, at, to);
    if (length > 0) {
      begin(decoder.head());
    }
    return at + length;
  }

  // --- one request

  @SuppressWarnings("ReferenceEquality") // the decoder gives a repeated head again
  private void begin(RequestHead requestHead) throws RefusedException {
    head = requestHead;
    startNanos = System.nanoTime();
    if (head != checked) {
      head.check();
      checked = head;
    }
    if (!head.hasContent()) {
      complete(Content.none(), startNanos);
      return;
    }
    var length = head.announcedLength();
    if (!shared.limits.allowsBody(length)) {
      throw RefusedException.contentTooLarge();
    }
    input = Input.CONTENT;
    awaited = Awaited.NOTHING;
    content = shared.collector(length, new SpoolProgress());
    contentRemaining = length;
    chunks = head.section().chunked() ? new ChunkedDecoder(shared.limits) : null;
    continueAwaited = head.expectsContinue();
  }

  private int parseContent(byte[] octets, int from, int to) throws RefusedException {
    awaited = Awaited.NOTHING; // the client goes on: its time begins anew
    continueAwaited = false; // RFC 9110 §10.1.1: it did not wait
    int at;
    boolean done;
    if (chunks != null) {
      at = chunks.decode(octets, from, to, content);
      done = chunks.done();
    } else {
      var count = (int) Math.min(contentRemaining, to - from);
      content.add(octets, from, count);
      contentRemaining -= count;
      at = from + count;
      done = contentRemaining == 0;
    }
    if (done) {
      input = Input.STALLED;
      if (content.finish()) {
        complete(content.inMemory(), System.nanoTime());
      }
    }
    return at;
  }

  /** What the spool says about the content that is being received. */
  private final class SpoolProgress implements Spool.Progress {
    @Override
    public void advanced() {
      settle();
    }

    @Override
    public void complete(Content spooled) {
      Session.this.complete(spooled, System.nanoTime());
      settle();
    }

    @Override
    public void failed() {
      refuse(RefusedException.notStored());
      settle();
    }
  }

  private void complete(Content whole, long receivedNanos) {
    requests++;
    var request = forwarding.applyTo(head.request(whole, endpoints));
    var turn = new Turn(this, connection, head, request, startNanos, receivedNanos);
    join(turn);
    head = null;
    content = null;
    chunks = null;
    awaited = Awaited.NOTHING;
    if (inFlight > 0 && !shared.workers.accept(worker)) {
      held = turn; // another worker could answer before the one that has the earlier exchanges
      input = Input.STALLED;
    } else {
      handOver(turn);
    }
  }

  private void join(Turn turn) {
    turns.add(turn);
    shared.requestBegun();
  }

  private void handOver(Turn turn) {
    input = turn.mayUpgrade() ? Input.STALLED : after(turn);
    var exchange = turn.exchange();
    if (inFlight > 0) {
      if (worker.offer(exchange)) {
        inFlight++;
        return;
      }
    } else {
      var taker = shared.workers.offer(exchange, worker);
      if (taker != null) {
        worker = taker;
        inFlight++;
        return;
      }
    }
    releaseUnserved(exchange);
    turn.answer(RefusedException.noWorker());
  }

  private static Input after(Turn turn) {
    return turn.persistent() ? Input.HEAD : Input.UNWANTED;
  }

  /** The front turn has changed the protocol. */
  void upgraded(Turn turn, WebSocketLink link, boolean deflates) {
    inFlight--;
    turns.remove();
    left(turn);
    socket =
        new WebSocketConnection(
            connection, shared, this::settle, turn.exchange().request(), link, deflates, worker);
    input = Input.FRAMES;
    if (draining) {
      socket.drain();
    }
    settle();
  }

  /**
   * The worker gave the exchange of the front turn back, which it had not begun: another one may
   * take it if the session has no more in flight (docs/decisions/0001-session-binding.md).
   *
   * @return {@code false}: nobody takes it
   */
  boolean offerAgain(Turn turn) {
    var taker = inFlight > 1 ? null : shared.workers.offer(turn.exchange(), null);
    if (taker == null) {
      return false;
    }
    worker = taker;
    return true;
  }

  /** Whether the session has this one in flight and no other: then it may change the worker. */
  boolean isOnlyTurn(Turn turn) {
    return inFlight == 1 && isFront(turn);
  }

  /** The exchange of the only turn in flight waits for this worker now. */
  void movedTo(ExchangeQueues taker) {
    worker = taker;
  }

  /** No worker has seen the exchange: its content is still the server's. */
  void releaseUnserved(Exchange exchange) {
    shared.spool.release(exchange.request().content());
  }

  /** The request that is being received is answered by the server itself, as the last one. */
  private void refuse(RefusedException refusal) {
    releaseContent();
    var start = head == null ? System.nanoTime() : startNanos;
    join(new Turn(this, connection, head, refusal, start));
    head = null;
    input = Input.UNWANTED;
    inputLeft = true;
  }

  private void releaseContent() {
    if (content != null) {
      content.release();
      content = null;
      chunks = null;
      continueAwaited = false;
    }
  }

  // --- events: responses

  /** Whether it is this turn's turn; others do not write. */
  boolean isFront(Turn turn) {
    return !over && turns.peek() == turn;
  }

  /** The most octets of the response to the next request between its worker and the socket. */
  int windowBytes() {
    return turns.isEmpty() ? WINDOW_BYTES : PIPELINED_WINDOW_BYTES;
  }

  ContentBlocks blocks() {
    return shared.blocks;
  }

  ResponseEncoder encoder() {
    return shared.encoder;
  }

  /** Whether the connection ends after that turn because the server stops. */
  boolean endsAfter(Turn turn) {
    return draining
        && turns.peekLast() == turn
        && ((input == Input.HEAD && keptLength == 0) || input == Input.UNWANTED);
  }

  static void reportBrokenFraming(Exchange exchange, String what) {
    LOGGER.log(
        System.Logger.Level.ERROR,
        "{0} in the response to {1} {2}",
        what,
        exchange.request().method(),
        exchange.request().target());
  }

  /** The front turn has written its response to its end, or as far as it gets. */
  void turnEnded(Turn turn) {
    inFlight--;
    remove(turn);
    settle();
  }

  private void remove(Turn turn) {
    turns.remove();
    left(turn);
    if (turn.mayUpgrade() && held == null && input == Input.STALLED) {
      input = after(turn);
    }
    if (!turn.persistent() && input != Input.UNWANTED) {
      abandonTurns(); // their responses cannot be told apart from this one, or it was broken
      releaseContent();
      input = Input.UNWANTED;
      inputLeft = true;
    }
  }

  private void left(Turn turn) {
    shared.requestEnded();
    if (shared.accessLog.wanted()) {
      shared.accessLog.ended(turn.entry(endpoints));
    }
  }

  private void abandonTurns() {
    for (var turn : turns) {
      if (turn == held) {
        releaseUnserved(turn.exchange());
      } else if (!turn.isOwn()) {
        turn.exchange().abandon();
      }
      left(turn);
    }
    held = null;
    inFlight = 0;
    turns.clear();
  }

  /** A bug, of this server or of who made the parts of a response. */
  void fail(RuntimeException fault) {
    LOGGER.log(System.Logger.Level.ERROR, "a response failed by a fault of the server", fault);
    reset();
  }

  /** Ends the connection so that the client takes it for an error. */
  void reset() {
    end();
    connection.reset();
  }

  /** The connection is closed, by whomever. */
  public void closed() {
    end();
    over = true;
    keptLength = 0;
    kept = NOTHING;
  }

  private void end() {
    ending = true;
    if (socket != null) {
      socket.gone();
    }
    abandonTurns();
    releaseContent();
    input = Input.UNWANTED;
  }

  // --- after each event

  private void settle() {
    if (over) {
      return;
    }
    boolean more;
    do {
      advanceSocket();
      more = answerOwn() || releaseHeld() || parseMore();
    } while (more);
    if (continueAwaited && turns.isEmpty()) {
      continueAwaited = false;
      connection.write(CONTINUE, 0, CONTINUE.length);
      connection.flush();
    }
    if (!ending && turns.isEmpty() && noMoreRequests()) {
      ending = true;
      finish();
    }
    updateReading();
    updateDeadlines();
  }

  private void advanceSocket() {
    if (socket != null) {
      socket.advance(clientEnded);
      inputLeft |= socket.failed();
    }
  }

  /** Writes the answers of the server itself whose turn it is. */
  private boolean answerOwn() {
    var any = false;
    for (var turn = turns.peek(); turn != null && turn.isOwn(); turn = turns.peek()) {
      any = true;
      turn.writeOwn();
      remove(turn);
    }
    if (any) {
      connection.flush();
    }
    return any;
  }

  private boolean releaseHeld() {
    if (held == null || inFlight > 0) {
      return false;
    }
    var turn = held;
    held = null;
    handOver(turn);
    return true;
  }

  private boolean parseMore() {
    if (keptLength == 0 || stalled()) {
      return false;
    }
    var before = keptLength;
    parseKept();
    return keptLength < before;
  }

  private boolean noMoreRequests() {
    return switch (input) {
      case HEAD, CONTENT -> clientEnded;
      case FRAMES -> socket.over();
      case UNWANTED -> true;
      case STALLED, DROPPED -> false;
    };
  }

  /** Everything is answered: closes, but not before the client could read it (RFC 9112 §9.6). */
  private void finish() {
    releaseContent();
    if (clientEnded || (keptLength == 0 && !inputLeft)) {
      connection.close();
    } else {
      connection.endOutput();
    }
    input = Input.DROPPED;
    keptLength = 0;
    kept = NOTHING;
  }

  private int drop(int from, int to) {
    droppedBytes += to - from;
    return to;
  }

  private void updateReading() {
    if (input == Input.DROPPED && (clientEnded || droppedBytes > LINGER_BYTES)) {
      connection.close();
      return;
    }
    var pause = keptLength > 0 && stalled();
    if (pause != readingPaused) {
      readingPaused = pause;
      if (pause) {
        connection.pauseReading();
      } else {
        connection.resumeReading();
      }
    }
  }

  // --- events: time

  private void updateDeadlines() {
    if (input == Input.FRAMES) {
      connection.wakeAt(socket.deadline());
    }
    var now = awaited();
    if (now != awaited) {
      awaited = now;
      inputDeadline = now == Awaited.NOTHING ? NEVER : shared.clock.getAsLong() + nanos(now);
      if (now != Awaited.NOTHING) {
        connection.wakeAt(inputDeadline);
      }
    }
  }

  private Awaited awaited() {
    return switch (input) {
      case HEAD ->
          stalled() || (keptLength == 0 && !turns.isEmpty())
              ? Awaited.NOTHING
              : keptLength > 0
                  ? Awaited.HEAD_END
                  : draining ? Awaited.LAST_REQUEST : Awaited.REQUEST;
      case CONTENT -> continueAwaited || stalled() ? Awaited.NOTHING : Awaited.CONTENT;
      case FRAMES, STALLED, UNWANTED -> Awaited.NOTHING;
      case DROPPED -> Awaited.CLOSE;
    };
  }

  private long nanos(Awaited awaited) {
    return switch (awaited) {
      case NOTHING -> NEVER;
      case REQUEST -> shared.limits.idleTimeout().toNanos();
      case LAST_REQUEST -> Math.min(LAST_REQUEST_NANOS, shared.limits.idleTimeout().toNanos());
      case HEAD_END -> shared.limits.headerTimeout().toNanos();
      case CONTENT -> shared.limits.bodyTimeout().toNanos();
      case CLOSE -> draining ? LINGER_NANOS_DRAINING : LINGER_NANOS;
    };
  }

  /** The socket did not take all there was to write: the client must read in time. */
  public void outputWaits() {
    writeTimeout.begin();
  }

  /** The connection is no longer congested. */
  public void outputAdvanced() {
    settle();
  }

  /** A time that was asked for with {@link Connection#wakeAt} has come, or an earlier one. */
  public void deadlineReached() {
    if (over) {
      return;
    }
    var now = shared.clock.getAsLong();
    if (writeTimeout.isOver(now)) {
      reset();
      return;
    }
    if (input == Input.FRAMES) {
      socket.deadlineReached(now);
      settle();
    }
    if (inputDeadline <= now) {
      inputDeadlineReached();
    }
    var next = Math.min(inputDeadline, writeTimeout.deadline());
    if (!over && next != NEVER) {
      connection.wakeAt(next);
    }
  }

  private void inputDeadlineReached() {
    inputDeadline = NEVER;
    switch (awaited) {
      case REQUEST, LAST_REQUEST, CLOSE -> {
        if (connection.drained()) {
          end();
          connection.close();
        } else {
          awaited = Awaited.NOTHING; // it still reads a response: its time begins anew
          updateDeadlines();
        }
      }
      case HEAD_END, CONTENT -> {
        keptLength = 0;
        kept = NOTHING;
        refuse(RefusedException.notInTime());
        settle();
      }
      case NOTHING -> {}
    }
  }

  /**
   * The server stops: what was begun is finished, and so is a request that arrives within a second:
   * the client may have sent it before it could know. Then the connection is closed.
   */
  public void drain() {
    draining = true;
    if (socket != null) {
      socket.drain();
    }
    if (awaited == Awaited.CLOSE) {
      awaited = Awaited.NOTHING; // its deadline is nearer now
    }
    settle();
  }

  // --- for people

  /** This connection as it is now. */
  public SessionSummary summary() {
    return new SessionSummary(
        endpoints, SessionSummary.HTTP_1, openedNanos, requests, inFlight, state());
  }

  private SessionSummary.State state() {
    if (!turns.isEmpty()) {
      return SessionSummary.State.ANSWERING;
    }
    return switch (input) {
      case HEAD, STALLED ->
          keptLength > 0 ? SessionSummary.State.RECEIVING : SessionSummary.State.IDLE;
      case CONTENT -> SessionSummary.State.RECEIVING;
      case FRAMES -> SessionSummary.State.WEBSOCKET;
      case UNWANTED, DROPPED -> SessionSummary.State.CLOSING;
    };
  }

  /** The requests in flight, in their order. */
  public List<ExchangeSummary> exchanges() {
    return turns.stream()
        .filter(turn -> turn != held)
        .flatMap(turn -> turn.summary(worker).stream())
        .toList();
  }
}
