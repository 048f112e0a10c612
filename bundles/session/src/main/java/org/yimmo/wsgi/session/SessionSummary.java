package org.yimmo.wsgi.session;

import org.yimmo.wsgi.exchange.Endpoints;

/**
 * A connection, for people.
 *
 * @param protocol {@link #HTTP_1} or {@link #HTTP_2}
 * @param openedNanos when it was opened, as of {@link System#nanoTime}
 * @param requests that were received whole so far
 * @param inFlight those of them that a worker has
 */
public record SessionSummary(
    Endpoints endpoints,
    String protocol,
    long openedNanos,
    long requests,
    int inFlight,
    State state) {
  /** HTTP/1.0 or HTTP/1.1, or what was made of it. */
  public static final String HTTP_1 = "http/1";

  /** HTTP/2. */
  public static final String HTTP_2 = "http/2";

  /** What the session waits for. */
  public enum State {
    /** A request. */
    IDLE,
    /** The rest of a request. */
    RECEIVING,
    /** A response. */
    ANSWERING,
    /** Messages of a WebSocket. */
    WEBSOCKET,
    /** The end of the connection. */
    CLOSING
  }
}
