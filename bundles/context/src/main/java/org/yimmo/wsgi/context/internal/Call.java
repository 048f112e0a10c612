package org.yimmo.wsgi.context.internal;

import java.io.Serial;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Collection;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.context.ExchangeHandler.Responses;
import org.yimmo.wsgi.exchange.Exchange;

/**
 * One call of an application, from the environ to the close of its iterable.
 *
 * <p>Whatever the application does, the exchange ends with a complete response or an abort.
 */
final class Call {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");

  private final Exchange exchange;
  private final Application application;
  private final String name;
  private final RequestEnviron environ;
  private final Response response;

  Call(
      Exchange exchange,
      Responses responses,
      Routes.Found route,
      RequestEnviron.Flags flags,
      ResponseHeads heads) {
    this.exchange = exchange;
    application = route.application();
    name = route.name();
    environ = new RequestEnviron(exchange.request(), route, flags);
    response = new Response(exchange, responses, application, heads);
    responses.answeredBy(application);
  }

  void run() {
    try {
      var content = application.call(environ, response);
      try (var _ = closing(content)) {
        send(content);
      }
    } catch (Throwable failure) { // an application's Error must not end the worker
      log(failure);
      response.fail();
    } finally {
      environ.close();
    }
  }

  private void send(Iterable<ByteBuffer> content) throws Exception {
    var only = content instanceof Collection<?> collection && collection.size() == 1;
    for (var chunk : content) {
      try {
        response.send(chunk, only);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new BrokenRuleException(e);
      }
      if (response.carriesNoContent() && response.complete()) {
        return;
      }
    }
    try {
      response.finish();
    } catch (IllegalStateException e) {
      throw new BrokenRuleException(e);
    }
  }

  /** PEP 3333: {@code close()} is called when the iterable has it, however the request ends. */
  private static AutoCloseable closing(Iterable<ByteBuffer> content) {
    return content instanceof AutoCloseable closeable ? closeable : () -> {};
  }

  private void log(Throwable failure) {
    if (failure instanceof ClientGoneException
        || failure.getCause() instanceof ClientGoneException) {
      LOG.log(Level.DEBUG, () -> request() + ": the client left early");
    } else {
      LOG.log(Level.ERROR, () -> request() + " failed in " + name + ": " + describe(failure));
    }
  }

  private String request() {
    return exchange.request().method() + " " + exchange.request().target();
  }

  private String describe(Throwable failure) {
    return failure instanceof BrokenRuleException rule
        ? rule.getMessage()
        : Traceback.of(application, failure);
  }

  /** The application's iterable broke a rule of PEP 3333; the message says which. */
  private static final class BrokenRuleException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BrokenRuleException(RuntimeException violation) {
      super(violation.getMessage(), violation);
    }
  }
}
