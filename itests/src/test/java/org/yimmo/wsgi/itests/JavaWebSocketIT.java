package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;
import org.yimmo.wsgi.itests.support.WebSocketClient;

/** WebSockets of an application in Java, through sockets, with the client of the JDK. */
@ExtendWith(PaxExam.class)
public class JavaWebSocketIT {
  private static final long PATIENCE_SECONDS = 60;

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void echoesTextAndBinaryMessagesInTheirOrder() throws Exception {
    var echo = register(new Echo());
    try (var serving = new Serving(configurationAdmin);
        var client = WebSocketClient.to(serving.port(), "/echo")) {
      for (int i = 0; i < 100; i++) {
        client.text("message " + i);
      }
      client.binary("é".repeat(100_000));

      assertEquals("opened /echo", client.next());
      for (int i = 0; i < 100; i++) {
        assertEquals("text message " + i, client.next());
      }
      assertEquals("binary " + "é".repeat(100_000), client.next());
    } finally {
      echo.unregister();
    }
  }

  @Test
  public void answersTheClosingHandshakeAndTellsTheApplication() throws Exception {
    var endpoint = new Echo();
    var echo = register(endpoint);
    try (var serving = new Serving(configurationAdmin);
        var client = WebSocketClient.to(serving.port(), "/echo")) {
      assertEquals("opened /echo", client.next());

      client.close(4000, "enough");

      assertEquals("closed 4000", client.next());
      assertEquals("4000 enough", endpoint.ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } finally {
      echo.unregister();
    }
  }

  @Test
  public void closesWith1011WhenACallFails() throws Exception {
    var echo = register(new Echo());
    try (var serving = new Serving(configurationAdmin);
        var client = WebSocketClient.to(serving.port(), "/echo")) {
      assertEquals("opened /echo", client.next());

      client.text("fail");

      assertEquals("closed 1011", client.next());
    } finally {
      echo.unregister();
    }
  }

  @Test
  public void closesWith1001WhenTheServerStops() throws Exception {
    var echo = register(new Echo());
    try {
      var serving = new Serving(configurationAdmin);
      try (var client = WebSocketClient.to(serving.port(), "/echo")) {
        assertEquals("opened /echo", client.next());

        serving.close();

        assertEquals("closed 1001", client.next());
      }
    } finally {
      echo.unregister();
    }
  }

  @Test
  public void servesOrdinaryRequestsMeanwhile() throws Exception {
    var echo = register(new Echo());
    try (var serving = new Serving(configurationAdmin);
        var client = WebSocketClient.to(serving.port(), "/echo");
        var wire = serving.connect()) {
      assertEquals("opened /echo", client.next());

      assertEquals("no WebSocket", wire.get("/").content());

      client.text("still there");
      assertEquals("text still there", client.next());
    } finally {
      echo.unregister();
    }
  }

  @Test
  public void refusesAnotherVersionWith426() throws Exception {
    var echo = register(new Echo());
    try (var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {
      wire.send(
          """
          GET /echo HTTP/1.1
          Host: a
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
          Sec-WebSocket-Version: 8

          """
              .replace("\n", "\r\n"));

      var reply = wire.reply();

      assertEquals(426, reply.status());
      assertEquals("13", reply.field("Sec-WebSocket-Version").orElse(""));
      assertEquals("no WebSocket", wire.get("/").content(), "the connection survives");
    } finally {
      echo.unregister();
    }
  }

  // --- arrangement

  private ServiceRegistration<Application> register(Echo echo) {
    return context.registerService(
        Application.class,
        echo,
        FrameworkUtil.asDictionary(Map.of(Application.NAME, "echo", Application.PATH, "/")));
  }

  private static final class Echo implements Application, WebSocketEndpoint {
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
      startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
      return List.of(ByteBuffer.wrap("no WebSocket".getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public Optional<WebSocketEndpoint> webSocket(Environ environ) {
      return Optional.of(this);
    }

    @Override
    public void opened(WebSocket socket) {
      socket.send("opened " + socket.environ().variable("PATH_INFO").orElse(""));
    }

    @Override
    public void received(WebSocket socket, boolean text, ByteBuffer content) {
      var message = StandardCharsets.UTF_8.decode(content.duplicate()).toString();
      if (message.equals("fail")) {
        throw new IllegalStateException("as the test wants it");
      }
      if (text) {
        assertTrue(socket.send("text " + message));
      } else {
        assertTrue(socket.send(0x82, content));
      }
    }

    @Override
    public void closed(WebSocket socket, int code, String reason) {
      ends.add(code + " " + reason);
    }
  }
}
