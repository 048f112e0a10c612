package org.yimmo.wsgi.session;

import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponseReceiver;

/** What waits for an answer of a worker, and might get it of another one. */
interface Movable extends ResponseReceiver {
  /** Whether another worker may have the exchange, which none has begun. */
  boolean mayMove();

  /** The exchange waits for this worker now. */
  void movedTo(ExchangeQueues worker);
}
