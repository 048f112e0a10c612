package org.yimmo.wsgi.session;

import org.yimmo.wsgi.exchange.Endpoints;

/**
 * A connection, for people.
 *
 * @param openedNanos when it was opened, as of {@link System#nanoTime}
 * @param requests that were received whole so far
 * @param inFlight those of them that a worker has
 */
public record SessionSummary(
    Endpoints endpoints, long openedNanos, long requests, int inFlight, State state) {
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
