package org.yimmo.wsgi.session;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an HTTP/2 session needs of its transport connection.
 *
 * <p><em>Thread:</em> the I/O thread. <em>Blocks:</em> never. After {@link Http2Session#closed}
 * every call does nothing.
 */
@ConsumerType
public interface StreamConnection extends TransportConnection {
  /**
   * Tells the client that the connection is about to end, and to open no more streams; those that
   * are on their way are still served (RFC 9113 §6.8). {@link Http2Session#endHeard} follows when
   * the client has heard of it.
   */
  void announceEnd();

  /** Tells the client which stream was the last one; later ones are ignored. */
  void refuseStreams();
}
