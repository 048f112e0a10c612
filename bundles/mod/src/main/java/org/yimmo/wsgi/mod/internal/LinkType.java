package org.yimmo.wsgi.mod.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.mod.internal.capi.HeapType;
import org.yimmo.wsgi.mod.internal.capi.Memory;

/**
 * The Python type through which a {@code yimmo.WebSocket} reaches its connection, as upcalls. An
 * instance knows a handle; without one its connection has ended.
 *
 * <p><em>Thread:</em> those that hold the GIL, also threads of the application's own. <em>Blocks:
 * </em> never.
 */
final class LinkType {
  private static final long DETACHED = 0;

  private final Python py;
  private final Failures failures;
  private final Owned type;
  private final Map<Long, WebSocket> open = new HashMap<>(); // guarded by the GIL, as the next one
  private long lastHandle = DETACHED;

  LinkType(Python py) {
    this.py = py;
    failures = new Failures(py, "yimmo.WebSocket");
    type =
        py.owned(
            HeapType.create(
                py.c(),
                "yimmo.Link",
                "the connection of a yimmo.WebSocket",
                Long.BYTES,
                List.of(
                    HeapType.Method.of("send", "send(first_octet, octets)", this::send),
                    HeapType.Method.of("close", "close(code, reason)", this::close),
                    HeapType.Method.of("closed", "closed() -> bool", this::closed),
                    HeapType.Method.of("pending", "pending() -> int", this::pending)),
                Optional.empty()));
  }

  // --- a WebSocket begins and ends

  /** A new instance for a WebSocket. */
  Owned attach(WebSocket socket) {
    var link = py.owned(py.c().PyType_GenericAlloc(type.borrow(), 0));
    var handle = ++lastHandle;
    open.put(handle, socket);
    Memory.pointer(link.borrow() + HeapType.INSTANCE_OFFSET, handle);
    return link;
  }

  /** The connection has ended: whoever keeps the instance finds it closed. */
  void detach(long link) {
    open.remove(handle(link));
    Memory.pointer(link + HeapType.INSTANCE_OFFSET, DETACHED);
  }

  private static long handle(long link) {
    return Memory.pointer(link + HeapType.INSTANCE_OFFSET);
  }

  // --- upcalls

  private long send(long self, long arguments, long count) {
    try {
      expect("send", 2, count);
      var octets = HeapType.argument(arguments, 1);
      if (!py.isBytes(octets)) {
        throw new Raise(ErrorType.TYPE_ERROR, "send() takes bytes, not " + py.typeName(octets));
      }
      var firstOctet = Math.toIntExact(py.integer(HeapType.argument(arguments, 0)));
      socket(self).ifPresent(socket -> socket.send(firstOctet, py.chunk(octets)));
      return py.share(py.none()).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long close(long self, long arguments, long count) {
    try {
      expect("close", 2, count);
      var code = Math.toIntExact(py.integer(HeapType.argument(arguments, 0)));
      var reason = py.text(HeapType.argument(arguments, 1));
      socket(self).ifPresent(socket -> socket.close(code, reason));
      return py.share(py.none()).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long closed(long self, long arguments, long count) {
    try {
      expect("closed", 0, count);
      var closed = socket(self).map(WebSocket::closed).orElse(true);
      return py.share(py.bool(closed)).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long pending(long self, long arguments, long count) {
    try {
      expect("pending", 0, count);
      return py.newInteger(socket(self).map(WebSocket::pendingBytes).orElse(0L)).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private Optional<WebSocket> socket(long self) {
    return Optional.ofNullable(open.get(handle(self)));
  }

  private static void expect(String method, int expected, long count) {
    if (count != expected) {
      throw new Raise(
          ErrorType.TYPE_ERROR,
          "%s() takes %d arguments, not %d".formatted(method, expected, count));
    }
  }
}
