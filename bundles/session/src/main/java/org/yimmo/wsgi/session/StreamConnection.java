package org.yimmo.wsgi.session;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an HTTP/2 session needs of its transport connection.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After {@link Http2Session#closed}
 * every call does nothing.
 */
@ConsumerType
public interface StreamConnection {
  /** Everything appended so far is sent soon: at the end of the batch that is being worked on. */
  void flush();

  /** Whether the socket has taken all that it was given. */
  boolean drained();

  /** A number that changes when the socket takes octets. */
  long writeProgress();

  /**
   * Asks for {@link Http2Session#deadlineReached} at that time of the session's clock or earlier. A
   * call with an earlier time than before replaces the earlier request, a later one does not.
   */
  void wakeAt(long nanos);

  /**
   * Tells the client that the connection is about to end, and to open no more streams; those that
   * are on their way are still served (RFC 9113 §6.8). {@link Http2Session#endHeard} follows when
   * the client has heard of it.
   */
  void announceEnd();

  /** Tells the client which stream was the last one; later ones are ignored. */
  void refuseStreams();

  /** Closes the connection after what was appended; {@link Http2Session#closed} follows. */
  void close();

  /** Resets the connection at once: what was not sent is lost, and the client sees an error. */
  void reset();
}
