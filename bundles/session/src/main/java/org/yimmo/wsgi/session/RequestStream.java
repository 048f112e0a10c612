package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/**
 * One stream of an HTTP/2 connection: a request and its response (RFC 9113 §8). It is for HTTP/2
 * what {@link Session} and {@link Turn} are for HTTP/1, without an order among requests.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never.
 */
@ProviderType
public final class RequestStream implements Movable {
  private static final long NEVER = Long.MAX_VALUE;

  /** What the next octets of content from the client are. */
  private enum Input {
    CONTENT,
    /** There are none: the request is complete, or on its way to its file. */
    COMPLETE,
    /** Not wanted: they are dropped. */
    UNWANTED
  }

  private enum Output {
    NONE,
    /** The head was given to the connection. */
    BEGUN,
    /** All of the response was, or nobody wants it any more. */
    ENDED
  }

  private final Http2Session session;
  private final Shared shared;
  private final StreamOutput output;
  private final long startNanos;

  private RequestHead head; // null: it was refused
  private Input input;
  private ContentCollector content; // null: there is none, or it was given on
  private int heldBytes; // that were received and not consumed
  private long contentDeadline = NEVER;

  private Exchange exchange; // null: no worker is asked
  private ExchangeQueues worker; // that has the exchange
  private boolean counted; // among the requests in flight

  private Output state = Output.NONE;
  private boolean noContent; // by rule (RFC 9110 §6.4.1)
  private long remaining; // of a content with a length; negative: unknown
  private long pendingBytes; // of content between here and the socket
  private long waitingSince; // if there are pending bytes: for progress

  // for the access log
  private int status;
  private long contentBytes;

  /**
   * @param last whether there is nothing but a head
   */
  RequestStream(Http2Session session, Shared shared, StreamOutput output, boolean last) {
    input = last ? Input.COMPLETE : Input.CONTENT;
    this.session = session;
    this.shared = shared;
    this.output = output;
    startNanos = System.nanoTime();
  }

  // --- the request

  /** The head has arrived. */
  void begin(RequestHead requestHead) throws RefusedException {
    head = requestHead;
    var length = head.announcedLength();
    if (input == Input.COMPLETE) {
      if (length > 0) {
        throw RefusedException.bad("less content than announced");
      }
      complete(Content.none(), startNanos);
      return;
    }
    if (!shared.limits.allowsBody(length)) {
      throw RefusedException.contentTooLarge();
    }
    content = shared.collector(length, new SpoolProgress());
    if (head.expectsContinue()) {
      output.continueRequest();
      session.flush();
    }
    awaitContent();
  }

  private void awaitContent() {
    contentDeadline = shared.clock.getAsLong() + shared.limits.bodyTimeout().toNanos();
    session.wakeAt(contentDeadline);
  }

  /**
   * Content arrived. <em>Owner:</em> the caller; what is kept is copied.
   *
   * @param last whether it was the last
   * @param flowBytes what it counts for flow control: these octets and the padding
   */
  public void received(byte[] octets, int from, int count, boolean last, int flowBytes) {
    if (input != Input.CONTENT) {
      output.consumed(flowBytes);
      return;
    }
    try {
      add(octets, from, count, last);
    } catch (RefusedException e) {
      refuse(e);
    }
    if (content != null && content.backlogged()) {
      heldBytes += flowBytes;
    } else {
      output.consumed(flowBytes);
    }
  }

  private void add(byte[] octets, int from, int count, boolean last) throws RefusedException {
    var length = content.length() + count;
    var announced = head.section().contentLength();
    if (announced != FieldSection.NO_LENGTH
        && (length > announced || (last && length < announced))) {
      throw RefusedException.bad("another length of content than announced"); // RFC 9113 §8.1.1
    }
    if (!shared.limits.allowsBody(length)) {
      throw RefusedException.contentTooLarge();
    }
    content.add(octets, from, count);
    if (!last) {
      awaitContent();
      return;
    }
    input = Input.COMPLETE;
    contentDeadline = NEVER;
    if (content.finish()) {
      var whole = content.length() == 0 ? Content.none() : content.inMemory();
      content = null;
      complete(whole, System.nanoTime());
    }
  }

  /** The request ends with trailers, which nobody reads. */
  public void trailed() {
    received(new byte[0], 0, 0, true, 0);
  }

  /** What the spool says about the content. */
  private final class SpoolProgress implements Spool.Progress {
    @Override
    public void advanced() {
      var bytes = heldBytes;
      heldBytes = 0;
      output.consumed(bytes);
      session.flush();
    }

    @Override
    public void complete(Content spooled) {
      content = null;
      RequestStream.this.complete(spooled, System.nanoTime());
    }

    @Override
    public void failed() {
      refuse(RefusedException.notStored());
    }
  }

  private void complete(Content whole, long receivedNanos) {
    count();
    exchange =
        new Exchange(
            session.request(head, whole),
            this,
            session.windowBytes(),
            shared.blocks,
            receivedNanos);
    worker = session.offer(exchange);
    if (worker == null) {
      releaseUnserved();
      answer(RefusedException.noWorker());
      session.flush();
    }
  }

  private void count() {
    counted = true;
    shared.requestBegun();
  }

  /** No worker has seen the exchange: its content is still the server's. */
  private void releaseUnserved() {
    shared.spool.release(exchange.request().content());
  }

  /** The server itself answers a request that no worker sees; what is malformed it resets. */
  void refuse(RefusedException refusal) {
    var incomplete = input == Input.CONTENT;
    dropContent();
    count();
    if (refusal.status == Status.BAD_REQUEST) {
      status = refusal.status.code;
      end();
      output.reset(StreamError.PROTOCOL_ERROR); // RFC 9113 §8.1.1
    } else {
      answer(refusal);
      if (incomplete) {
        output.resetWhenWritten();
      }
    }
    session.flush();
  }

  private void dropContent() {
    contentDeadline = NEVER;
    if (input == Input.CONTENT) {
      input = Input.UNWANTED;
    }
    if (content != null) {
      content.release();
      content = null;
    }
    if (heldBytes > 0) {
      output.consumed(heldBytes);
      heldBytes = 0;
    }
  }

  // --- the response

  /** Any worker may have it: streams have no order among them. */
  @Override
  public boolean mayMove() {
    return state == Output.NONE;
  }

  @Override
  public void movedTo(ExchangeQueues taker) {
    worker = taker;
  }

  @Override
  public void receive(ResponsePart part) {
    if (part instanceof ResponsePart.Refused) {
      var taker = state == Output.ENDED ? null : session.offer(exchange);
      if (taker != null) {
        worker = taker;
        return;
      }
      releaseUnserved();
    }
    if (state == Output.ENDED) { // the client has left, or the stream is broken
      part.release();
      return;
    }
    try {
      write(part);
    } catch (RuntimeException e) { // a fault of this server: it must not spread to other exchanges
      session.reportFault(e);
      abandon(StreamError.INTERNAL_ERROR);
    }
    session.flush();
  }

  private void write(ResponsePart part) {
    switch (part) {
      case ResponsePart.Whole whole -> writeWhole(whole.head(), whole.content());
      case ResponsePart.WholeInBlock whole -> {
        begin(whole.head(), whole.block().bytes().remaining(), false);
        write(whole.block());
        endContent();
      }
      case ResponsePart.Start start -> {
        begin(start.head(), ResponseHead.UNKNOWN_LENGTH, false);
        write(start.content(), false);
      }
      case ResponsePart.More more -> write(more.content(), false);
      case ResponsePart.Block large -> write(large.block());
      case ResponsePart.End _ -> endContent();
      case ResponsePart.Abort _ -> abort();
      case ResponsePart.Upgraded upgraded -> {
        upgraded.release();
        throw new IllegalStateException("a WebSocket where none was asked for");
      }
      case ResponsePart.Expired _ -> expire();
      case ResponsePart.Refused _ -> answer(RefusedException.noWorker());
    }
  }

  private void writeWhole(ResponseHead response, ByteBuffer whole) {
    var announced = response.contentLength();
    var last =
        RequestHead.hasNoContent(head, response.status())
            || (announced <= 0 && !whole.hasRemaining());
    begin(response, whole.remaining(), last);
    if (last) {
      end();
    } else if (remaining == whole.remaining()) {
      write(whole, true);
      end();
    } else {
      write(whole, false);
      endContent();
    }
  }

  private void begin(ResponseHead response, long wholeLength, boolean last) {
    status = response.status();
    state = Output.BEGUN;
    noContent = RequestHead.hasNoContent(head, status);
    var announced = response.contentLength();
    if (noContent) {
      if (status == 204) {
        announced = ResponseHead.UNKNOWN_LENGTH; // RFC 9110 §8.6
      }
    } else {
      announced = announced < 0 ? wholeLength : announced;
      remaining = announced;
    }
    output.head(shared.streamFields.head(response, announced), last);
  }

  private void write(ByteBuffer octets, boolean last) {
    if (cut(octets)) {
      output.content(octets, last);
    }
  }

  private void write(ContentBlocks.Block block) {
    if (cut(block.bytes())) {
      output.content(block);
    } else {
      block.release();
    }
  }

  /** Limits content to what may follow, and gives back the credit for the rest. */
  private boolean cut(ByteBuffer octets) {
    var given = octets.remaining();
    var bytes = noContent ? 0 : given;
    if (!noContent && remaining >= 0) {
      if (bytes > remaining) {
        Session.reportBrokenFraming(exchange, "more content than announced");
        bytes = (int) remaining;
      }
      remaining -= bytes;
    }
    returnCredit(given - bytes);
    if (bytes == 0) {
      return false;
    }
    octets.limit(octets.position() + bytes);
    contentBytes += bytes;
    if (pendingBytes == 0) {
      waitingSince = shared.clock.getAsLong();
    }
    pendingBytes += bytes;
    session.pending(bytes);
    return true;
  }

  private void returnCredit(int bytes) {
    if (exchange != null) {
      exchange.returnCredit(bytes);
    }
  }

  /** So many octets of content are in the socket. */
  public void written(int bytes) {
    pendingBytes -= bytes;
    session.pending(-bytes);
    waitingSince = shared.clock.getAsLong();
    returnCredit(bytes);
  }

  private void endContent() {
    if (state == Output.NONE) {
      abort();
    } else if (!noContent && remaining > 0) {
      Session.reportBrokenFraming(exchange, "less content than announced");
      abort();
    } else {
      output.content(ByteBuffer.allocate(0), true);
      end();
    }
  }

  /** The response cannot be completed; the client must notice (RFC 9113 §8.1). */
  private void abort() {
    if (state == Output.NONE) {
      answer(RefusedException.noAnswer());
    } else {
      abandon(StreamError.INTERNAL_ERROR);
    }
  }

  /** The worker is still at it: the client does not wait for it. */
  private void expire() {
    exchange.abandon();
    if (state == Output.NONE) {
      answer(RefusedException.overdue());
    } else {
      abandon(StreamError.INTERNAL_ERROR);
    }
  }

  /** The server itself answers. */
  private void answer(RefusedException refusal) {
    writeWhole(refusal.head(), ByteBuffer.wrap(refusal.content()));
  }

  private void abandon(StreamError error) {
    dropContent();
    if (state != Output.ENDED) {
      if (exchange != null) {
        exchange.abandon();
      }
      end();
    }
    output.reset(error);
  }

  private void end() {
    state = Output.ENDED;
    if (counted) {
      counted = false;
      shared.requestEnded();
      if (shared.accessLog.wanted()) {
        shared.accessLog.ended(entry());
      }
    }
  }

  /** The stream is closed, by whomever. */
  public void closed() {
    heldBytes = 0; // their connection knows it
    dropContent();
    if (state != Output.ENDED) {
      if (exchange != null) {
        exchange.abandon();
      }
      end();
    }
    session.pending(-pendingBytes);
    pendingBytes = 0;
    session.left(this);
  }

  /** The client sends nothing more: a request that is not complete never will be. */
  void inputEnded() {
    if (input == Input.CONTENT) {
      abandon(StreamError.CANCEL);
    }
  }

  // --- time

  /** The next time at which the client must have done something. */
  long deadline() {
    return Math.min(contentDeadline, writeDeadline());
  }

  private long writeDeadline() {
    return pendingBytes == 0 ? NEVER : waitingSince + shared.limits.writeTimeout().toNanos();
  }

  void deadlineReached(long now) {
    if (contentDeadline <= now) {
      refuse(RefusedException.notInTime());
    } else if (writeDeadline() <= now) {
      abandon(StreamError.CANCEL);
      session.flush();
    }
  }

  // --- for people

  boolean inFlight() {
    return exchange != null && state != Output.ENDED;
  }

  boolean receiving() {
    return input == Input.CONTENT;
  }

  /** Empty when no worker has the request. */
  Optional<ExchangeSummary> summary() {
    if (!inFlight()) {
      return Optional.empty();
    }
    var how =
        state == Output.BEGUN
            ? ExchangeSummary.State.RESPONDING
            : worker.serving().filter(exchange::equals).isPresent()
                ? ExchangeSummary.State.RUNNING
                : ExchangeSummary.State.WAITING;
    return Optional.of(new ExchangeSummary(exchange, how, worker.worker()));
  }

  private AccessLog.Entry entry() {
    var endpoints = exchange == null ? session.endpoints() : exchange.request().endpoints();
    return AccessLog.Entry.of(
        Optional.ofNullable(head), endpoints, startNanos, status, contentBytes);
  }
}
