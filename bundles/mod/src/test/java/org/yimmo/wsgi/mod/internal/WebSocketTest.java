package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;

/** {@code yimmo.init_websockets} and {@code yimmo.WebSocket}. */
@Tag("python")
class WebSocketTest {
  private static final String ECHO =
      """
      import yimmo
      from yimmo import WebSocket
      def on_open(ws):
          ws.send("open " + ws.environ["PATH_INFO"] + " %s" % ws.subprotocol)
      def on_message(ws, msg, flags):
          if msg == "fail":
              raise KeyError("as the test wants it")
          if msg == "five":
              return 5
          ws.send(msg, flags)
      def on_close(ws):
          ends.append((ws.close_code, ws.close_reason, ws.closed))
      ends = []
      yimmo.init_websockets(on_open, on_message, on_close, path="/ws/*",
          subprotocols=["b", "a"], max_message_size=10, ping_interval=None, idle_timeout=1.5)
      def app(environ, start_response):
          start_response("200 OK", [])
          return [str(ends).encode()]
      """;

  @Test
  void echoesAndTellsTheEnd() {
    var application = application(ECHO);
    var socket = new FakeSocket(new FakeEnviron().with("PATH_INFO", "/ws/x"), "a");

    onWorker(() -> {
      var endpoint = application.webSocket(socket.environ()).orElseThrow();
      endpoint.opened(socket);
      endpoint.received(socket, true, octets("é€"));
      endpoint.received(socket, false, octets("\0b"));
      endpoint.received(socket, true, octets("x".repeat(100_000)));
      endpoint.closed(socket, 4000, "enough");
      return null;
    });

    assertEquals(
        List.of("81 open /ws/x a", "81 é€", "82 \0b", "81 " + "x".repeat(100_000)), socket.sent);
    assertEquals("[(4000, 'enough', False)]", serve(application).content());
  }

  @Test
  void choosesPathAndSubprotocolAndPassesTheSettings() {
    var application = application(ECHO);
    var asking = new FakeEnviron().with("PATH_INFO", "/ws/");
    asking.with("HTTP_SEC_WEBSOCKET_PROTOCOL", "x, a ,b");

    var settings = onWorker(() -> application.webSocket(asking).orElseThrow().settings());

    assertEquals(
        new WebSocketEndpoint.Settings(
            10, 1 << 20, Duration.ZERO, Duration.ofMillis(1500), true, List.of("b")),
        settings);
    assertEquals(Optional.empty(), onWorker(() -> application.webSocket(new FakeEnviron())));
  }

  @Test
  void failsWithWhatACallbackRaisesOrReturns() {
    var application = application(ECHO);
    var socket = new FakeSocket(new FakeEnviron().with("PATH_INFO", "/ws/"), "");

    var failures =
        onWorker(() -> {
          var endpoint = application.webSocket(socket.environ()).orElseThrow();
          endpoint.opened(socket);
          var raised =
              assertThrows(
                  PythonException.class, () -> endpoint.received(socket, true, octets("fail")));
          var returned =
              assertThrows(
                  PythonException.class, () -> endpoint.received(socket, true, octets("five")));
          return List.of(raised.traceback(), returned.getMessage());
        });

    assertTrue(failures.getFirst().contains("in on_message"), failures.getFirst());
    assertTrue(failures.getFirst().contains("as the test wants it"), failures.getFirst());
    assertTrue(failures.getLast().contains("on_message returned 5"), failures.getLast());
  }

  @Test
  void refusesWhatNoClientWouldAccept() {
    var application =
        application(
            """
            import yimmo
            def attempt(call, *arguments):
                try:
                    call(*arguments)
                except Exception as error:
                    results.append(type(error).__name__)
                else:
                    results.append("done")
            results = []
            def on_open(ws):
                FIN, TEXT, MORE = 0x80, yimmo.YMO_WS_OP_TEXT, yimmo.YMO_WS_OP_CONTINUATION
                attempt(ws.send, 5)
                attempt(ws.send, b"\\xff", FIN | TEXT)
                attempt(ws.send, b"x", FIN | MORE)
                attempt(ws.send, b"x", FIN | 3)
                attempt(ws.send, b"x" * 126, FIN | yimmo.YMO_WS_OP_PING)
                attempt(ws.close, 1005)
                attempt(ws.close, 1000, "x" * 124)
                attempt(ws.send, "a", TEXT)
                attempt(ws.send, "b")
                attempt(ws.send, "b", yimmo.YMO_WS_FLAG_FIN | MORE)
                ws.send(b"\\x03\\xe9bye", FIN | yimmo.YMO_WS_OP_CLOSE)
            yimmo.init_websockets(on_open)
            def app(environ, start_response):
                start_response("200 OK", [])
                return [" ".join(results).encode()]
            """);
    var socket = new FakeSocket(new FakeEnviron(), "");

    onWorker(() -> {
      application.webSocket(socket.environ()).orElseThrow().opened(socket);
      return null;
    });

    assertEquals(
        "TypeError UnicodeDecodeError ValueError ValueError ValueError ValueError ValueError"
            + " done ValueError done",
        serve(application).content());
    assertEquals(List.of("1 a", "80 b", "close 1001 bye"), socket.sent);
  }

  @Test
  void sendsFromAThreadOfTheApplicationAndNothingAfterTheEnd() {
    var application =
        application(
            """
            import threading, yimmo
            kept = []
            yimmo.init_websockets(kept.append)
            def app(environ, start_response):
                thread = threading.Thread(target=kept[0].send, args=("from a thread",))
                thread.start()
                thread.join()
                start_response("200 OK", [])
                return [repr((kept[0].closed, kept[0].pending_bytes)).encode()]
            """);
    var socket = new FakeSocket(new FakeEnviron(), "");

    var answers =
        onWorker(() -> {
          var endpoint = application.webSocket(socket.environ()).orElseThrow();
          endpoint.opened(socket);
          var open = serve(application, new FakeEnviron(), new FakeStartResponse()).content();
          endpoint.closed(socket, 1000, "");
          var ended = serve(application, new FakeEnviron(), new FakeStartResponse()).content();
          return List.of(open, ended);
        });

    assertEquals(List.of("(False, 7)", "(True, 0)"), answers);
    assertEquals(List.of("81 from a thread"), socket.sent);
  }

  @Test
  void eachApplicationHasItsOwnCallbacks() {
    var echo = application(ECHO);
    var silent = application("def app(environ, start_response): pass");
    var asking = new FakeEnviron().with("PATH_INFO", "/ws/");

    assertEquals(Optional.empty(), onWorker(() -> silent.webSocket(asking)));
    assertTrue(onWorker(() -> echo.webSocket(asking)).isPresent());
  }

  @Test
  void keepsNothingOfWebSocketsThatHaveEnded() {
    var application =
        application(
            ECHO.replace(
                "return [str(ends).encode()]",
                """
                import gc, sys
                    del ends[:]
                    gc.collect()
                    return [str([sys.getrefcount(x) for x in (on_open, on_message, on_close,
                        yimmo.WebSocket, KeyError)] + [len(gc.get_objects())]).encode()]
                """));

    var counts =
        onWorker(() -> {
          talk(application, 100); // caches fill
          LivePython.awaitReaper();
          var before = count(application);
          talk(application, 1000);
          return List.of(before, count(application));
        });

    assertEquals(counts.getFirst(), counts.getLast());
  }

  private static void talk(Application application, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      var socket = new FakeSocket(new FakeEnviron().with("PATH_INFO", "/ws/"), "");
      var endpoint = application.webSocket(socket.environ()).orElseThrow();
      endpoint.opened(socket);
      endpoint.received(socket, true, octets("a message"));
      endpoint.received(socket, false, octets("a message"));
      assertThrows(PythonException.class, () -> endpoint.received(socket, true, octets("fail")));
      endpoint.closed(socket, 1000, "");
    }
  }

  private static String count(Application application) throws Exception {
    serve(application, new FakeEnviron(), new FakeStartResponse());
    return serve(application, new FakeEnviron(), new FakeStartResponse()).content();
  }

  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  /** What is sent is a line: the first octet and the payload. */
  private static final class FakeSocket implements WebSocket {
    final List<String> sent = new CopyOnWriteArrayList<>();
    private final Environ environ;
    private final String protocol;

    FakeSocket(Environ environ, String protocol) {
      this.environ = environ;
      this.protocol = protocol;
    }

    @Override
    public Environ environ() {
      return environ;
    }

    @Override
    public String protocol() {
      return protocol;
    }

    @Override
    public boolean send(String text) {
      return send(0x81, octets(text));
    }

    @Override
    public boolean send(int firstOctet, ByteBuffer payload) {
      return sent.add(Integer.toHexString(firstOctet) + " " + UTF_8.decode(payload));
    }

    @Override
    public void close(int code, String reason) {
      sent.add("close " + code + " " + reason);
    }

    @Override
    public boolean closed() {
      return false;
    }

    @Override
    public long pendingBytes() {
      return 7;
    }
  }
}
