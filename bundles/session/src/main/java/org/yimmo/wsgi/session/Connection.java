package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;

/**
 * What a session of HTTP/1 needs of its transport connection: an order of octets.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After {@link Session#closed} every
 * call does nothing.
 */
@ConsumerType
public interface Connection extends TransportConnection {
  /** A hint: a head and so many octets of content are appended next, and go out together. */
  void expect(int contentBytes);

  /** Appends octets to what will be sent; they are copied. */
  void write(byte[] octets, int from, int to);

  /**
   * Appends content to what will be sent. <em>Owner:</em> the connection; it reads the buffer later
   * and never writes to it.
   */
  void write(ByteBuffer content);

  /**
   * Appends the content of a block to what will be sent. <em>Owner:</em> the connection; it
   * releases the block when the octets are in the socket or cannot get there any more.
   */
  void write(ContentBlocks.Block block);

  /** Calls {@link Exchange#returnCredit} when everything appended so far is in the socket. */
  void returnCreditWhenWritten(Exchange exchange, int bytes);

  /** Whether so much waits for the socket that no further requests should be read. */
  boolean congested();

  /** Stops reading; at most what was already read is still delivered. */
  void pauseReading();

  /** Ends {@link #pauseReading}. */
  void resumeReading();

  /** Ends the sending half after what was appended; reading goes on. */
  void endOutput();
}
