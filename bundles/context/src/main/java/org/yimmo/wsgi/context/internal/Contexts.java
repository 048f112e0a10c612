package org.yimmo.wsgi.context.internal;

import java.lang.System.Logger.Level;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.Upgrade;
import org.yimmo.wsgi.exchange.WebSocketLink;

/** Serves exchanges: routes each one to its application and runs it there. */
@Component(configurationPid = "org.yimmo.wsgi.context")
public final class Contexts implements ExchangeHandler {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");

  private final Router router;
  private final RequestEnviron.Flags flags;
  private final boolean mayBeEmpty;
  private final ResponseHeads heads = new ResponseHeads();

  /** See docs/wiring.md. */
  @interface Configuration {
    boolean multithread() default false;

    boolean multiprocess() default false;

    /** Whether it is as it should be when there is no application. */
    boolean may_be_empty() default false;
  }

  @Activate
  public Contexts(@Reference Router router, Configuration configuration) {
    this.router = router;
    flags = new RequestEnviron.Flags(configuration.multithread(), configuration.multiprocess());
    mayBeEmpty = configuration.may_be_empty();
  }

  @Override
  public void handle(Exchange exchange, Responses responses) {
    var link = exchange.link();
    if (link.isPresent()) {
      serve(link.get(), responses);
      responses.respond(new ResponsePart.End(exchange));
      return;
    }
    var request = exchange.request();
    try (var _ = request.content()) {
      switch (enter(request)) {
        case Routes.Found found -> {
          if (exchange.upgrade() != Upgrade.NONE && upgrades(exchange, responses, found)) {
            return;
          }
          try {
            var route = request.endpoints().rehearsing() ? found.rehearsal() : found;
            new Call(exchange, responses, route, flags, heads).run();
          } finally {
            found.visits().end();
          }
        }
        case Routes.Nothing _ when !mayBeEmpty ->
            ServerResponses.respondNotReady(exchange, responses);
        case Routes.NotReady _ -> ServerResponses.respondNotReady(exchange, responses);
        case Routes.NotFound _, Routes.Nothing _ ->
            ServerResponses.respond(exchange, responses, 404, "Not Found");
      }
    }
  }

  private static void serve(WebSocketLink link, Responses responses) {
    if (link.callbacks() instanceof Conversation conversation) {
      responses.answeredBy(conversation.application());
    }
    link.callbacks().run();
  }

  /**
   * Answers a request for a WebSocket where the application wants one; the visit ends with the
   * WebSocket then.
   *
   * @return {@code false}: it is an ordinary request
   */
  private boolean upgrades(Exchange exchange, Responses responses, Routes.Found found) {
    var environ = new RequestEnviron(exchange.request(), found, flags);
    var application = found.application();
    responses.answeredBy(application);
    try {
      var endpoint = application.webSocket(environ);
      if (endpoint.isEmpty()) {
        return false;
      }
      switch (exchange.upgrade()) {
        case WEB_SOCKET -> {
          var conversation = new Conversation(found, environ, endpoint.get());
          responses.respond(new ResponsePart.Upgraded(exchange, conversation.link()));
          return true;
        }
        case OTHER_VERSION -> ServerResponses.respondOtherVersion(exchange, responses);
        case BAD, NONE -> ServerResponses.respond(exchange, responses, 400, "Bad Request");
      }
    } catch (Throwable failure) { // an application's Error must not end the worker
      LOG.log(
          Level.ERROR,
          () ->
              "the handshake of a WebSocket failed in "
                  + found.name()
                  + ": "
                  + Traceback.of(application, failure));
      ServerResponses.respond(exchange, responses, 500, "Internal Server Error");
    }
    environ.close();
    found.visits().end();
    return true;
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
