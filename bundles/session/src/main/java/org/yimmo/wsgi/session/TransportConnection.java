package org.yimmo.wsgi.session;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a session of any version of HTTP needs of its transport connection.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After the session was told that it is
 * closed every call does nothing.
 */
@ConsumerType
public interface TransportConnection {
  /** Everything appended so far is sent soon: at the end of the batch that is being worked on. */
  void flush();

  /** Whether the socket has taken all that it was given. */
  boolean drained();

  /** A number that changes when the socket takes octets. */
  long writeProgress();

  /**
   * Asks for the session's {@code deadlineReached} at that time of its clock or earlier. A call
   * with an earlier time than before replaces the earlier request, a later one does not.
   */
  void wakeAt(long nanos);

  /** Closes the connection after what was appended; the session's {@code closed} follows. */
  void close();

  /** Resets the connection at once: what was not sent is lost, and the client sees an error. */
  void reset();
}
