package org.yimmo.wsgi.context;

import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Runs the application that an exchange is for. */
@ProviderType
public interface ExchangeHandler {
  /**
   * Serves one exchange to its end: exactly one complete response or an abort goes to {@code
   * responses}, whatever the application does, and the request's content is released.
   *
   * <p><em>Thread:</em> a worker thread. <em>Blocks:</em> as long as the application runs or its
   * client is slow. <em>Owner:</em> the handler owns the exchange from here on.
   */
  void handle(Exchange exchange, Responses responses);

  /** Where the parts of responses go: a worker's output queue. */
  @FunctionalInterface
  interface Responses {
    /** As {@link org.yimmo.wsgi.exchange.ExchangeQueues#respond}. */
    void respond(ResponsePart part);

    /**
     * Says which application is about to be called. <em>Thread:</em> the worker thread.
     * <em>Blocks:</em> never.
     */
    default void answeredBy(Application application) {}
  }
}
