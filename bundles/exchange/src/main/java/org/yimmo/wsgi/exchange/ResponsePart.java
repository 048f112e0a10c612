package org.yimmo.wsgi.exchange;

import java.nio.ByteBuffer;

/**
 * What a worker says about one exchange; {@code Whole}, {@code WholeInBlock}, or {@code Start (More
 * | Block)* End}, or any prefix of that followed by {@code Abort}. When a worker is overdue, the
 * watchdog says the last word in its place: {@code Expired} or {@code Refused}.
 *
 * <p><em>Owner:</em> whoever takes the part from the queue owns its buffer; the worker does not
 * touch it again.
 */
public sealed interface ResponsePart {
  Exchange exchange();

  /** Gives back what the part owns. <em>Owner:</em> who drops a part in place of writing it. */
  default void release() {}

  /**
   * Takes the content as a client would who throws it away: the worker gets its credit back.
   * <em>Owner:</em> who writes the part nowhere.
   */
  default void discard() {}

  /** The complete response in one part. */
  record Whole(Exchange exchange, ResponseHead head, ByteBuffer content) implements ResponsePart {}

  /** The complete response in one part, its content in a block that whoever owns it releases. */
  record WholeInBlock(Exchange exchange, ResponseHead head, ContentBlocks.Block block)
      implements ResponsePart {
    @Override
    public void release() {
      block.release();
    }

    @Override
    public void discard() {
      release();
    }
  }

  /** The head and the first content, which may be empty. */
  record Start(Exchange exchange, ResponseHead head, ByteBuffer content) implements ResponsePart {
    @Override
    public void discard() {
      exchange.returnCredit(content.remaining());
    }
  }

  /** Further content. */
  record More(Exchange exchange, ByteBuffer content) implements ResponsePart {
    @Override
    public void discard() {
      exchange.returnCredit(content.remaining());
    }
  }

  /** Further content, in a block that whoever owns it releases. */
  record Block(Exchange exchange, ContentBlocks.Block block) implements ResponsePart {
    @Override
    public void release() {
      block.release();
    }

    @Override
    public void discard() {
      exchange.returnCredit(block.bytes().remaining());
      release();
    }
  }

  /** The content is complete. */
  record End(Exchange exchange) implements ResponsePart {}

  /** The protocol changes to WebSocket; the exchange is over, and the link goes on. */
  record Upgraded(Exchange exchange, WebSocketLink link) implements ResponsePart {
    @Override
    public void release() {
      link.release();
    }
  }

  /**
   * The response cannot be completed. The connection, or the stream of HTTP/2, must be broken off
   * so that the client notices (RFC 9112 §8, RFC 9113 §8.1).
   */
  record Abort(Exchange exchange) implements ResponsePart {}

  /**
   * The application did not answer before the deadline: the session answers 504 if nothing was sent
   * yet and abandons the exchange. What the worker still says is dropped.
   */
  record Expired(Exchange exchange) implements ResponsePart {}

  /**
   * The worker has not begun the exchange and will not: the session offers it to another one, or
   * answers 503 and releases the content of the request.
   */
  record Refused(Exchange exchange) implements ResponsePart {}
}
