package org.yimmo.wsgi.context.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;
import org.yimmo.wsgi.exchange.WebSocketLink;
import org.yimmo.wsgi.exchange.WebSocketLink.Event;

/** One WebSocket of an application: serves its events, some at a time. */
final class Conversation implements Runnable, WebSocket {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");
  private static final int MOST_AT_A_TIME = 16;
  private static final int FIN_TEXT = 0x81;
  private static final int GOING_AWAY = 1001;
  private static final int INTERNAL_ERROR = 1011;

  private final Routes.Found found;
  private final RequestEnviron environ;
  private final WebSocketEndpoint endpoint;
  private final WebSocketLink link;
  private final Runnable goingAway = this::goAway;
  private volatile boolean finished; // by the application, on any thread: it wants no more messages

  Conversation(Routes.Found found, RequestEnviron environ, WebSocketEndpoint endpoint) {
    this.found = found;
    this.environ = environ;
    this.endpoint = endpoint;
    var settings = endpoint.settings();
    link =
        new WebSocketLink(
            new WebSocketLink.Settings(
                chosen(settings, environ),
                settings.maxMessageBytes(),
                settings.maxPendingBytes(),
                settings.pingInterval(),
                settings.idleTimeout(),
                settings.deflate()),
            this,
            () -> found.visits().end(goingAway));
    found.visits().lasts(goingAway);
  }

  /** RFC 6455 §4.2.2: one that the client offered, or none. */
  private static String chosen(WebSocketEndpoint.Settings settings, Environ environ) {
    var offered =
        Stream.of(environ.variable("HTTP_SEC_WEBSOCKET_PROTOCOL").orElse("").split(",", -1))
            .map(String::strip)
            .toList();
    return settings.protocols().stream().filter(offered::contains).findFirst().orElse("");
  }

  WebSocketLink link() {
    return link;
  }

  Application application() {
    return found.application();
  }

  private void goAway() {
    link.close(GOING_AWAY, "");
  }

  // --- worker thread

  @Override
  public void run() {
    for (int i = 0; i < MOST_AT_A_TIME && !link.congested(); i++) {
      var event = link.poll();
      if (event.isEmpty()) {
        return;
      }
      serve(event.get());
    }
  }

  private void serve(Event event) {
    try {
      switch (event) {
        case Event.Opened _ -> endpoint.opened(this);
        case Event.Message(var text, var content) -> {
          if (!finished) {
            endpoint.received(this, text, ByteBuffer.wrap(content));
          }
        }
        case Event.Closed(var code, var reason) -> endpoint.closed(this, code, reason);
      }
    } catch (Throwable failure) { // an application's Error must not end the worker
      finished = true;
      LOG.log(
          Level.ERROR,
          () ->
              "a WebSocket failed in "
                  + found.name()
                  + ": "
                  + Traceback.of(application(), failure));
      link.close(INTERNAL_ERROR, "");
    } finally {
      if (event instanceof Event.Closed) {
        environ.close();
        link.release();
      }
    }
  }

  // --- any thread

  @Override
  public Environ environ() {
    return environ;
  }

  @Override
  public String protocol() {
    return link.settings().protocol();
  }

  @Override
  public boolean send(String text) {
    return link.send(FIN_TEXT, text.getBytes(UTF_8));
  }

  @Override
  public boolean send(int firstOctet, ByteBuffer payload) {
    var octets = new byte[payload.remaining()];
    payload.get(octets);
    return link.send(firstOctet, octets);
  }

  @Override
  public void close(int code, String reason) {
    finished = true;
    link.close(code, reason);
  }

  @Override
  public boolean closed() {
    return link.closed();
  }

  @Override
  public long pendingBytes() {
    return link.pendingBytes();
  }
}
