package org.yimmo.wsgi.context.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.context.ExchangeHandler.Responses;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/**
 * The response of one exchange: {@code start_response}, {@code write} and the end, as PEP 3333
 * orders them.
 *
 * <p><em>Thread:</em> the worker thread.
 */
final class Response implements StartResponse, StartResponse.Write {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final ResponseHead NO_HEAD =
      new ResponseHead(500, "", Fields.none(), ResponseHead.UNKNOWN_LENGTH);

  /**
   * From here on the client takes content block by block. Smaller parts would take up blocks of
   * which they fill little.
   */
  private static final int LEAST_PART_IN_BLOCK = ContentBlocks.BLOCK_BYTES / 4;

  private enum State {
    /** start_response was not called. */
    UNSTARTED,
    /** Status and fields are known; nothing was sent. */
    STARTED,
    /** The head was sent, content follows. */
    SENDING,
    /** The last part was sent. */
    COMPLETE
  }

  private final Exchange exchange;
  private final Responses responses;
  private final Application application;
  private final ResponseHeads heads;

  private State state = State.UNSTARTED;
  private ResponseHead head = NO_HEAD;
  private long sentBytes;

  Response(Exchange exchange, Responses responses, Application application, ResponseHeads heads) {
    this.exchange = exchange;
    this.responses = responses;
    this.application = application;
    this.heads = heads;
  }

  @Override
  public Write start(String status, List<Field> fields) {
    if (state != State.UNSTARTED) {
      throw new IllegalStateException(
          "start_response was called before; only with exc_info may it be called again");
    }
    return begin(status, fields);
  }

  @Override
  public Write start(String status, List<Field> fields, Throwable error) throws Throwable {
    if (headSent()) {
      throw error;
    }
    return begin(status, fields);
  }

  private Write begin(String status, List<Field> fields) {
    head = heads.head(status, fields);
    state = State.STARTED;
    return this;
  }

  private boolean headSent() {
    return state == State.SENDING || state == State.COMPLETE;
  }

  boolean complete() {
    return state == State.COMPLETE;
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    send(chunk, false);
  }

  /**
   * Sends a chunk; the head goes with the first one that is not empty.
   *
   * @param only whether this is all the content there is, so that its length is the content's
   * @throws IOException the client is gone
   * @throws IllegalStateException start_response was not called
   * @throws IllegalArgumentException more content than announced; what fits was sent
   */
  void send(ByteBuffer chunk, boolean only) throws IOException {
    if (!chunk.hasRemaining()) {
      return;
    }
    if (state == State.UNSTARTED) {
      throw new IllegalStateException("content was written before start_response was called");
    }
    if (exchange.abandoned()) {
      throw new ClientGoneException();
    }
    if (only && state == State.STARTED && head.contentLength() == ResponseHead.UNKNOWN_LENGTH) {
      announce(chunk.remaining());
    }
    if (carriesNoContent()) {
      completeWithoutContent();
      return;
    }
    var surplus = sentBytes + chunk.remaining() - announcedOr(Long.MAX_VALUE);
    if (surplus > 0) {
      chunk = chunk.slice(chunk.position(), (int) (chunk.remaining() - surplus));
    }
    if (chunk.hasRemaining()) {
      sendWithinLength(chunk);
    }
    if (surplus > 0) {
      throw new IllegalArgumentException(
          "the content is longer than its Content-Length " + head.contentLength());
    }
  }

  private void sendWithinLength(ByteBuffer chunk) throws IOException {
    var last = sentBytes + chunk.remaining() == head.contentLength();
    var length = chunk.remaining();
    sentBytes += length;
    if (length >= LEAST_PART_IN_BLOCK) {
      sendInBlocks(chunk);
    } else if (last && state == State.STARTED) {
      sendWhole(chunk);
      return;
    } else {
      sendPart(chunk);
    }
    if (last) {
      end();
    }
  }

  private void sendWhole(ByteBuffer content) {
    var whole =
        content.remaining() >= Application.LARGE_CHUNK_BYTES
            ? new ResponsePart.WholeInBlock(exchange, head, block(content))
            : new ResponsePart.Whole(exchange, head, content);
    state = State.COMPLETE;
    responses.respond(whole);
  }

  private void sendPart(ByteBuffer chunk) throws IOException {
    takeCredit(chunk.remaining());
    var kept = chunk.remaining() >= Application.LARGE_CHUNK_BYTES ? copy(chunk) : chunk;
    if (state == State.STARTED) {
      state = State.SENDING;
      responses.respond(new ResponsePart.Start(exchange, head, kept));
    } else {
      responses.respond(new ResponsePart.More(exchange, kept));
    }
  }

  private static ByteBuffer copy(ByteBuffer chunk) {
    return ByteBuffer.allocate(chunk.remaining()).put(chunk.duplicate()).flip();
  }

  /** Copies a chunk into blocks as the client takes them: its own memory is the application's. */
  private void sendInBlocks(ByteBuffer chunk) throws IOException {
    if (state == State.STARTED) {
      state = State.SENDING;
      responses.respond(new ResponsePart.Start(exchange, head, NOTHING.duplicate()));
    }
    for (int at = chunk.position(); at < chunk.limit(); ) {
      var octets = chunk.slice(at, Math.min(ContentBlocks.BLOCK_BYTES, chunk.limit() - at));
      at += octets.remaining();
      takeCredit(octets.remaining());
      responses.respond(new ResponsePart.Block(exchange, block(octets)));
    }
  }

  /** A copy in a block. */
  private ContentBlocks.Block block(ByteBuffer octets) {
    var block = exchange.blocks().take(octets.remaining());
    block.bytes().put(octets).flip();
    return block;
  }

  private void takeCredit(int bytes) throws IOException {
    if (exchange.tryTakeCredit(bytes)) {
      return;
    }
    application.whileWaiting(() -> exchange.takeCredit(bytes));
    if (exchange.abandoned()) {
      throw new ClientGoneException();
    }
  }

  /**
   * The application has nothing more to say.
   *
   * @throws IllegalStateException it never called start_response, or announced more content than it
   *     gave
   */
  void finish() {
    switch (state) {
      case UNSTARTED -> throw new IllegalStateException("start_response was not called");
      case STARTED -> finishWithoutContent();
      case SENDING -> finishContent();
      case COMPLETE -> {}
    }
  }

  private void finishWithoutContent() {
    if (carriesNoContent()) {
      completeWithoutContent();
      return;
    }
    requireAnnouncedLength();
    announce(0);
    completeWithoutContent();
  }

  private void finishContent() {
    requireAnnouncedLength();
    end();
  }

  private void requireAnnouncedLength() {
    if (sentBytes < announcedOr(0)) {
      throw new IllegalStateException(
          "the content is shorter than its Content-Length: "
              + sentBytes
              + " of "
              + head.contentLength()
              + " bytes");
    }
  }

  /**
   * Answers 500 if nothing was sent yet; otherwise lets the client see that the rest is missing.
   */
  void fail() {
    switch (state) {
      case UNSTARTED, STARTED -> {
        state = State.COMPLETE;
        ServerResponses.respond(exchange, responses, 500, "Internal Server Error");
      }
      case SENDING -> {
        state = State.COMPLETE;
        responses.respond(new ResponsePart.Abort(exchange));
      }
      case COMPLETE -> {}
    }
  }

  private void end() {
    state = State.COMPLETE;
    responses.respond(new ResponsePart.End(exchange));
  }

  private void completeWithoutContent() {
    state = State.COMPLETE;
    responses.respond(new ResponsePart.Whole(exchange, head, NOTHING.duplicate()));
  }

  /** RFC 9110 §6.4.1. */
  boolean carriesNoContent() {
    return head.status() == 204
        || head.status() == 304
        || exchange.request().method().equals("HEAD");
  }

  private void announce(long contentLength) {
    head = new ResponseHead(head.status(), head.reason(), head.fields(), contentLength);
  }

  private long announcedOr(long otherwise) {
    return head.contentLength() == ResponseHead.UNKNOWN_LENGTH ? otherwise : head.contentLength();
  }
}
