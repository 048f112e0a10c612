package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.Upgrade;
import org.yimmo.wsgi.session.ResponseEncoder.ConnectionOption;

/**
 * One request of a session and its response: of a worker, or of the server itself. Responses are
 * written in the order of their requests (RFC 9112 §9.3.2).
 */
final class Turn implements Movable {
  private static final byte[] CRLF = "\r\n".getBytes(ISO_8859_1);
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(ISO_8859_1);

  /** How the client finds the end of the content (RFC 9112 §6.3). */
  private enum Framing {
    UNDECIDED,
    NO_CONTENT,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private final Session session;
  private final Connection connection;
  private final RequestHead head; // null: the head of the request was refused
  private final Exchange exchange; // null: no worker is asked
  private RefusedException own; // what the server itself answers, or null
  private boolean persistent;

  private Framing framing = Framing.UNDECIDED;
  private long remaining; // of a content with a length

  // for the access log
  private final long startNanos;
  private int status;
  private long contentBytes;

  /** A request for a worker. */
  Turn(
      Session session,
      Connection connection,
      RequestHead head,
      Request request,
      long startNanos,
      long receivedNanos) {
    this.session = session;
    this.connection = connection;
    this.head = head;
    this.startNanos = startNanos;
    exchange =
        new Exchange(
            request,
            this,
            session.windowBytes(),
            session.blocks(),
            receivedNanos,
            WebSocketHandshake.upgrade(head));
    persistent = head.persistent();
  }

  /** A request that is refused; it is the last one of its connection. */
  Turn(
      Session session,
      Connection connection,
      RequestHead head,
      RefusedException refusal,
      long startNanos) {
    this.session = session;
    this.connection = connection;
    this.head = head;
    this.startNanos = startNanos;
    exchange = null;
    own = refusal;
  }

  Exchange exchange() {
    return exchange;
  }

  /** No worker takes the exchange: the server answers. */
  void answer(RefusedException refusal) {
    own = refusal;
  }

  /** Whether the server itself answers. */
  boolean isOwn() {
    return own != null;
  }

  /** Whether the connection may persist after this response. */
  boolean persistent() {
    return persistent;
  }

  /** Writes the answer of the server itself. */
  void writeOwn() {
    var content = own.content();
    begin(own.head(), content.length);
    write(ByteBuffer.wrap(content));
  }

  @Override
  public boolean mayMove() {
    return session.isOnlyTurn(this);
  }

  @Override
  public void movedTo(ExchangeQueues worker) {
    session.movedTo(worker);
  }

  @Override
  public void receive(ResponsePart part) {
    if (part instanceof ResponsePart.Refused) {
      if (session.isFront(this) && session.offerAgain(this)) {
        return;
      }
      session.releaseUnserved(exchange);
    }
    if (!session.isFront(this)) { // the client has left, or its connection is broken
      part.release();
      return;
    }
    try {
      write(part);
    } catch (RuntimeException e) { // a fault of this server: it must not spread to other exchanges
      session.fail(e);
    }
  }

  private void write(ResponsePart part) {
    switch (part) {
      case ResponsePart.Whole whole -> {
        begin(whole.head(), whole.content().remaining());
        write(whole.content());
        end();
      }
      case ResponsePart.WholeInBlock whole -> {
        begin(whole.head(), whole.block().bytes().remaining());
        write(whole.block());
        end();
      }
      case ResponsePart.Start start -> {
        begin(start.head(), ResponseHead.UNKNOWN_LENGTH);
        writeWithCredit(start.content());
      }
      case ResponsePart.More more -> writeWithCredit(more.content());
      case ResponsePart.Block large -> writeWithCredit(large.block());
      case ResponsePart.End _ -> end();
      case ResponsePart.Abort _ -> abort();
      case ResponsePart.Upgraded upgraded -> upgrade(upgraded);
      case ResponsePart.Expired _ -> expire();
      case ResponsePart.Refused _ -> answerNow(RefusedException.noWorker());
    }
    connection.flush();
  }

  private void upgrade(ResponsePart.Upgraded upgraded) {
    var link = upgraded.link();
    status = 101;
    var deflates = WebSocketHandshake.deflates(head, link.settings());
    var octets = WebSocketHandshake.response(head, link.settings(), deflates);
    connection.write(octets, 0, octets.length);
    session.upgraded(this, link, deflates);
  }

  /** Whether the protocol may change with the response: nothing is read before it is there. */
  boolean mayUpgrade() {
    return exchange != null && exchange.upgrade() == Upgrade.WEB_SOCKET;
  }

  /** Decides on the framing and writes the head (RFC 9112 §6). */
  private void begin(ResponseHead response, long wholeLength) {
    status = response.status();
    var announced = response.contentLength();
    if (RequestHead.hasNoContent(head, status)) {
      framing = Framing.NO_CONTENT;
      if (status == 204) {
        announced = ResponseHead.UNKNOWN_LENGTH; // RFC 9110 §8.6
      }
    } else {
      announced = announced < 0 ? wholeLength : announced;
      remaining = announced;
      framing =
          announced >= 0
              ? Framing.LENGTH
              : head.line().version11() ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
    }
    persistent &= framing != Framing.UNTIL_CLOSE && !session.endsAfter(this);
    if (wholeLength >= 0) {
      connection.expect((int) wholeLength);
    }
    var octets =
        session.encoder().head(response, announced, framing == Framing.CHUNKED, connectionOption());
    connection.write(octets.array(), 0, octets.length());
  }

  private ConnectionOption connectionOption() {
    if (!persistent) {
      return ConnectionOption.CLOSE;
    }
    return head.line().version11() ? ConnectionOption.NONE : ConnectionOption.KEEP_ALIVE;
  }

  private void writeWithCredit(ByteBuffer content) {
    var bytes = content.remaining();
    if (write(content)) {
      connection.returnCreditWhenWritten(exchange, bytes);
    } else {
      exchange.returnCredit(bytes);
    }
  }

  private void writeWithCredit(ContentBlocks.Block block) {
    var bytes = block.bytes().remaining();
    if (write(block)) {
      connection.returnCreditWhenWritten(exchange, bytes);
    } else {
      exchange.returnCredit(bytes);
    }
  }

  /** Writes the content of a block by the framing; {@code false}: none of it was. */
  private boolean write(ContentBlocks.Block block) {
    if (!fits(block.bytes())) {
      block.release();
      return false;
    }
    beginChunk(block.bytes().remaining());
    connection.write(block);
    endChunk();
    return true;
  }

  /** Writes content by the framing; {@code false}: none of it was. */
  private boolean write(ByteBuffer content) {
    if (!fits(content)) {
      return false;
    }
    beginChunk(content.remaining());
    connection.write(content);
    endChunk();
    return true;
  }

  /** Limits content to what may follow by the framing; {@code false}: nothing. */
  private boolean fits(ByteBuffer content) {
    var bytes = content.remaining();
    if (bytes == 0 || framing == Framing.NO_CONTENT) {
      return false;
    }
    if (framing == Framing.LENGTH) {
      if (bytes > remaining) { // more would be taken for the next response
        Session.reportBrokenFraming(exchange, "more content than announced");
        content.limit(content.position() + (int) remaining);
        bytes = content.remaining();
        if (bytes == 0) {
          return false;
        }
      }
      remaining -= bytes;
    }
    contentBytes += bytes;
    return true;
  }

  private void beginChunk(int bytes) {
    if (framing == Framing.CHUNKED) {
      var size = session.encoder().chunkSize(bytes);
      connection.write(size.array(), 0, size.length());
    }
  }

  private void endChunk() {
    if (framing == Framing.CHUNKED) {
      connection.write(CRLF, 0, CRLF.length);
    }
  }

  private void end() {
    switch (framing) {
      case UNDECIDED -> {
        abort();
        return;
      }
      case LENGTH -> {
        if (remaining > 0) {
          Session.reportBrokenFraming(exchange, "less content than announced");
          abort();
          return;
        }
      }
      case CHUNKED -> connection.write(LAST_CHUNK, 0, LAST_CHUNK.length);
      case NO_CONTENT, UNTIL_CLOSE -> {}
    }
    session.turnEnded(this);
  }

  /** The response cannot be completed; the client must notice (RFC 9112 §8). */
  private void abort() {
    persistent = false;
    switch (framing) {
      case UNDECIDED -> answerNow(RefusedException.noAnswer());
      case UNTIL_CLOSE -> session.reset(); // an orderly close would look like the end
      case NO_CONTENT, LENGTH, CHUNKED -> session.turnEnded(this);
    }
  }

  /** The worker is still at it: the client does not wait for it. */
  private void expire() {
    exchange.abandon();
    if (framing == Framing.UNDECIDED) {
      answerNow(RefusedException.overdue());
    } else {
      abort();
    }
  }

  /** The server itself answers in place of a worker that had the exchange. */
  private void answerNow(RefusedException refusal) {
    own = refusal;
    writeOwn();
    session.turnEnded(this);
  }

  /** For people; empty when the server itself answers. */
  Optional<ExchangeSummary> summary(ExchangeQueues worker) {
    if (exchange == null || own != null) {
      return Optional.empty();
    }
    var state =
        framing != Framing.UNDECIDED
            ? ExchangeSummary.State.RESPONDING
            : worker.serving().filter(exchange::equals).isPresent()
                ? ExchangeSummary.State.RUNNING
                : ExchangeSummary.State.WAITING;
    return Optional.of(new ExchangeSummary(exchange, state, worker.worker()));
  }

  /**
   * The entry for the access log.
   *
   * @param endpoints of the connection
   */
  AccessLog.Entry entry(Endpoints endpoints) {
    return AccessLog.Entry.of(
        Optional.ofNullable(head),
        exchange == null ? endpoints : exchange.request().endpoints(),
        startNanos,
        status,
        contentBytes);
  }
}
