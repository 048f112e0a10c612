package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;

/**
 * What a session needs of its transport connection.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After {@link Session#closed} every
 * call does nothing.
 */
@ConsumerType
public interface Connection {
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

  /** Everything appended so far is sent soon: at the end of the batch that is being worked on. */
  void flush();

  /** Calls {@link Exchange#returnCredit} when everything appended so far is in the socket. */
  void returnCreditWhenWritten(Exchange exchange, int bytes);

  /** Whether so much waits for the socket that no further requests should be read. */
  boolean congested();

  /** Whether everything appended so far is in the socket. */
  boolean drained();

  /** A number that changes when the socket takes octets. */
  long writeProgress();

  /** Stops reading; at most what was already read is still delivered. */
  void pauseReading();

  /** Ends {@link #pauseReading}. */
  void resumeReading();

  /**
   * Asks for {@link Session#deadlineReached} at that time of the session's clock or earlier. A call
   * with an earlier time than before replaces the earlier request, a later one does not.
   */
  void wakeAt(long nanos);

  /** Ends the sending half after what was appended; reading goes on. */
  void endOutput();

  /** Closes the connection after what was appended; {@link Session#closed} follows. */
  void close();

  /** Resets the connection at once: what was not sent is lost, and the client sees an error. */
  void reset();
}
