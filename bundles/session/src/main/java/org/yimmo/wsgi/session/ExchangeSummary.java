package org.yimmo.wsgi.session;

import org.yimmo.wsgi.exchange.Exchange;

/**
 * A request in flight, for people.
 *
 * @param worker the name of the worker that has it
 */
public record ExchangeSummary(Exchange exchange, State state, String worker) {
  /** How far it is. */
  public enum State {
    /** It waits for the worker. */
    WAITING,
    /** The application runs, and has given nothing yet. */
    RUNNING,
    /** A part of the response was given. */
    RESPONDING
  }
}
