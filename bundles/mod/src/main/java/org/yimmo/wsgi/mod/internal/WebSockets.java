package org.yimmo.wsgi.mod.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;

/**
 * {@code websockets.py} of an interpreter, which is there when an application uses it.
 *
 * <p><em>Thread:</em> one that holds the GIL.
 */
final class WebSockets {
  private final Python py;
  private Functions functions; // null until they are needed; guarded by the GIL

  /** What is called in Python, and the type of the links. */
  private record Functions(
      LinkType links, Owned find, Owned make, Owned opened, Owned received, Owned closed) {
    static Functions of(Python py) {
      try (var module = py.bootstrap("websockets")) {
        return new Functions(
            new LinkType(py),
            py.attribute(module.borrow(), "find"),
            py.attribute(module.borrow(), "make"),
            py.attribute(module.borrow(), "opened"),
            py.attribute(module.borrow(), "received"),
            py.attribute(module.borrow(), "closed"));
      }
    }
  }

  WebSockets(Python py) {
    this.py = py;
  }

  /**
   * Who takes a WebSocket.
   *
   * @param number of the endpoint in the list of its application
   */
  record Taker(long number, WebSocketEndpoint.Settings settings) {}

  /**
   * Asks who takes the request of an environ; empty: it is an ordinary one.
   *
   * @param endpoints the list of an application
   */
  Optional<Taker> taker(long endpoints, Supplier<Owned> environ) {
    if (py.c().PyList_Size(endpoints) == 0) {
      return Optional.empty();
    }
    if (functions == null) {
      var made = Functions.of(py);
      if (functions == null) { // Python gives the GIL away in between: the first one counts
        functions = made;
      }
    }
    try (var found = py.call(functions.find.borrow(), py.share(endpoints), environ.get())) {
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
    return functions.links.attach(socket);
  }

  void detach(long link) {
    functions.links.detach(link);
  }

  /** A new {@code yimmo.WebSocket}; {@code environ} is closed. */
  Owned make(long link, long endpoints, Taker taker, Owned environ, String protocol) {
    return py.call(
        functions.make.borrow(),
        py.share(link),
        py.share(endpoints),
        py.newInteger(taker.number()),
        environ,
        py.string(protocol));
  }

  void opened(long socket) {
    py.call(functions.opened.borrow(), py.share(socket)).close();
  }

  /** {@code message}: str or bytes. */
  void received(long socket, long message) {
    py.owned(py.c().PyObject_CallFunctionObjArgs(functions.received.borrow(), socket, message, 0))
        .close();
  }

  void closed(long socket, int code, String reason) {
    py.call(functions.closed.borrow(), py.share(socket), py.newInteger(code), py.string(reason))
        .close();
  }
}
