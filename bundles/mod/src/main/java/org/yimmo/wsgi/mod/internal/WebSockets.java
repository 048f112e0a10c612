package org.yimmo.wsgi.mod.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;

/**
 * {@code websockets.py} of an interpreter.
 *
 * <p><em>Thread:</em> one that holds the GIL.
 */
final class WebSockets {
  private final Python py;
  private final LinkType links;
  private final Owned module;
  private final Owned make;
  private final Owned opened;
  private final Owned received;
  private final Owned closed;

  WebSockets(Python py, String source) {
    this.py = py;
    links = new LinkType(py);
    module = py.module("websockets", source);
    make = py.attribute(module.borrow(), "make");
    opened = py.attribute(module.borrow(), "opened");
    received = py.attribute(module.borrow(), "received");
    closed = py.attribute(module.borrow(), "closed");
  }

  /** A function that gives the module {@code yimmo} what applications see. */
  Owned publish() {
    return py.attribute(module.borrow(), "publish");
  }

  /** Where {@code init_websockets} of the application that is loaded next goes to. */
  Owned registry() {
    try (var registry = py.attribute(module.borrow(), "registry")) {
      return py.call(registry.borrow());
    }
  }

  /**
   * Who takes a WebSocket.
   *
   * @param number of the endpoint in its registry
   */
  record Taker(long number, WebSocketEndpoint.Settings settings) {}

  /** Asks a registry about the request of an environ; empty: it is an ordinary one. */
  Optional<Taker> taker(long registry, Owned environ) {
    try (var find = py.attribute(registry, "find");
        var found = py.call(find.borrow(), environ)) {
      if (found.borrow() == py.none()) {
        return Optional.empty();
      }
      var protocol = py.text(py.c().PyTuple_GetItem(found.borrow(), 1));
      return Optional.of(
          new Taker(
              number(found, 0),
              new WebSocketEndpoint.Settings(
                  Math.toIntExact(number(found, 2)),
                  Math.toIntExact(number(found, 3)),
                  Duration.ofMillis(number(found, 4)),
                  Duration.ofMillis(number(found, 5)),
                  number(found, 6) != 0,
                  protocol.isEmpty() ? List.of() : List.of(protocol))));
    }
  }

  private long number(Owned tuple, int index) {
    return py.integer(py.c().PyTuple_GetItem(tuple.borrow(), index));
  }

  // --- a WebSocket and its callbacks

  /** What reaches the connection; it is to be detached when that has ended. */
  Owned link(WebSocket socket) {
    return links.attach(socket);
  }

  void detach(long link) {
    links.detach(link);
  }

  /** A new {@code yimmo.WebSocket}; {@code environ} is closed. */
  Owned make(long link, long registry, Taker taker, Owned environ, String protocol) {
    return py.call(
        make.borrow(),
        py.share(link),
        py.share(registry),
        py.newInteger(taker.number()),
        environ,
        py.string(protocol));
  }

  void opened(long socket) {
    py.call(opened.borrow(), py.share(socket)).close();
  }

  /** {@code message}: str or bytes. */
  void received(long socket, long message) {
    py.owned(py.c().PyObject_CallFunctionObjArgs(received.borrow(), socket, message, 0)).close();
  }

  void closed(long socket, int code, String reason) {
    py.call(closed.borrow(), py.share(socket), py.newInteger(code), py.string(reason)).close();
  }
}
