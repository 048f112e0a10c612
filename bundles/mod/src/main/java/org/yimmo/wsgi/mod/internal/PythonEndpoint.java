package org.yimmo.wsgi.mod.internal;

import java.nio.ByteBuffer;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;

/**
 * The callbacks in Python of one WebSocket. The GIL is held for a callback and released after it.
 *
 * <p>There is nothing of it in Python before {@link #opened} and after {@link #closed}.
 *
 * <p><em>Thread:</em> any worker thread, one after the other.
 */
final class PythonEndpoint implements WebSocketEndpoint {
  private final Python py;
  private final Workers workers;
  private final WebSockets sockets;
  private final long endpoints; // borrowed from the application, which is never given up
  private final WebSockets.Taker taker;
  private Owned link; // guarded by the GIL, as the next one
  private Owned object; // the yimmo.WebSocket

  PythonEndpoint(
      Python py, Workers workers, WebSockets sockets, long endpoints, WebSockets.Taker taker) {
    this.py = py;
    this.workers = workers;
    this.sockets = sockets;
    this.endpoints = endpoints;
    this.taker = taker;
    link = py.nothing();
    object = py.nothing();
  }

  @Override
  public Settings settings() {
    return taker.settings();
  }

  @Override
  public void opened(WebSocket socket) {
    workers
        .current()
        .callback(
            workers,
            worker -> {
              link = sockets.link(socket);
              object =
                  sockets.make(
                      link.borrow(),
                      endpoints,
                      taker,
                      worker.environ(socket.environ()),
                      socket.protocol());
              sockets.opened(object.borrow());
            });
  }

  @Override
  public void received(WebSocket socket, boolean text, ByteBuffer content) {
    workers
        .current()
        .callback(
            workers,
            _ -> {
              try (var message = text ? py.utf8(content) : py.bytes(content)) {
                sockets.received(object.borrow(), message.borrow());
              }
            });
  }

  @Override
  public void closed(WebSocket socket, int code, String reason) {
    workers
        .current()
        .callback(
            workers,
            _ -> {
              if (object.borrow() == 0) {
                return; // it could not be made
              }
              try {
                sockets.closed(object.borrow(), code, reason);
              } finally {
                sockets.detach(link.borrow());
                object.close();
                link.close();
              }
            });
  }
}
