package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;
import org.yimmo.wsgi.exchange.ContentBlocks;

/**
 * What a stream needs to answer. What is appended goes out with the next flush of the connection,
 * content as far as the windows of stream and connection allow.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After {@link RequestStream#closed}
 * every call does nothing but to release what it was given.
 */
@ConsumerType
public interface StreamOutput {
  /** Appends an interim response 100 (RFC 9110 §15.2.1). */
  void continueRequest();

  /**
   * Appends the head of the response.
   *
   * @param last whether nothing follows
   */
  void head(StreamHead head, boolean last);

  /**
   * Appends content; {@link RequestStream#written} is called when it is in the socket.
   *
   * @param content <em>Owner:</em> the output; it reads the buffer later and never writes to it
   * @param last whether nothing follows
   */
  void content(ByteBuffer content, boolean last);

  /**
   * Appends the content of a block likewise. <em>Owner:</em> the output; it releases the block when
   * the octets are in the socket or cannot get there any more.
   */
  void content(ContentBlocks.Block block);

  /** Ends the stream at once; content that is not yet in the socket is dropped. */
  void reset(StreamError error);

  /** Ends the stream with {@link StreamError#NO_ERROR} when what was appended is in the socket. */
  void resetWhenWritten();

  /** The client may send so many octets more: the flow control of the request. */
  void consumed(int bytes);
}
