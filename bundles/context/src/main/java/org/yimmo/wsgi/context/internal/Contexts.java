package org.yimmo.wsgi.context.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Request;

/** Serves exchanges: routes each one to its application and runs it there. */
@Component(configurationPid = "org.yimmo.wsgi.context")
public final class Contexts implements ExchangeHandler {
  private final Router router;
  private final RequestEnviron.Flags flags;
  private final ResponseHeads heads = new ResponseHeads();

  /** What the environ says of the process. */
  @interface Configuration {
    boolean multithread() default false;

    boolean multiprocess() default false;
  }

  @Activate
  public Contexts(@Reference Router router, Configuration configuration) {
    this.router = router;
    flags = new RequestEnviron.Flags(configuration.multithread(), configuration.multiprocess());
  }

  @Override
  public void handle(Exchange exchange, Responses responses) {
    var request = exchange.request();
    try (var _ = request.content()) {
      switch (enter(request)) {
        case Routes.Found found -> {
          try {
            var route = request.endpoints().rehearsing() ? found.rehearsal() : found;
            new Call(exchange, responses, route, flags, heads).run();
          } finally {
            found.visits().end();
          }
        }
        case Routes.NotFound _ -> ServerResponses.respond(exchange, responses, 404, "Not Found");
        case Routes.NotReady _ -> ServerResponses.respondNotReady(exchange, responses);
      }
    }
  }

  /** An application that went meanwhile lets nobody in; there are other routes then. */
  private Routes.Match enter(Request request) {
    var host = request.fields().first("Host");
    var path = PercentEncoding.decode(request.path());
    var match = router.routes().find(host, path);
    while (match instanceof Routes.Found found && !found.visits().begin()) {
      match = router.routes().find(host, path);
    }
    return match;
  }
}
