package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.application.WebSocket;
import org.yimmo.wsgi.application.WebSocketEndpoint;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.Upgrade;
import org.yimmo.wsgi.exchange.WebSocketLink;
import org.yimmo.wsgi.exchange.WebSocketLink.Event;
import org.yimmo.wsgi.exchange.WebSocketLink.Output;

/** A request for a WebSocket, and the conversation that follows. */
class WebSocketRequestTest {
  private final List<ResponsePart> parts = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final Router router = new Router(Duration.ZERO, () -> false);
  private final Contexts contexts = new Contexts(router, new OneThread());

  @Test
  void becomesOneWhereTheApplicationHasAnEndpoint() {
    var link = upgraded();

    assertEquals("b", link.settings().protocol());
  }

  @Test
  void isAnOrdinaryOneWhereItHasNone() {
    request(Upgrade.WEB_SOCKET, "/other");

    assertEquals(List.of("called"), calls);
    assertEquals(204, status());
  }

  @Test
  void isRefusedWith426InAnotherVersion() {
    request(Upgrade.OTHER_VERSION, "/ws");

    assertEquals(426, status());
    assertEquals(List.of(), calls);
  }

  @Test
  void isRefusedWith400WhenItBreaksARule() {
    request(Upgrade.BAD, "/ws");

    assertEquals(400, status());
    assertEquals(List.of(), calls);
  }

  @Test
  void isAnsweredWith500WhenTheApplicationFails() {
    request(Upgrade.WEB_SOCKET, "/fails");

    assertEquals(500, status());
    assertEquals(List.of(), calls);
  }

  @Test
  void itsEventsAreServedInTheirOrder() {
    var link = upgraded();
    link.offer(new Event.Opened());
    link.offer(new Event.Message(true, new byte[] {'x'}));
    link.offer(new Event.Closed(4000, "enough"));

    link.callbacks().run();

    assertEquals(List.of("opened /ws", "received x", "closed 4000 enough"), calls);
  }

  @Test
  void aCallThatFailsClosesItAndNoMessageFollows() {
    var link = upgraded();
    link.offer(new Event.Message(true, new byte[] {'f', 'a', 'i', 'l'}));
    link.offer(new Event.Message(true, new byte[] {'x'}));

    link.callbacks().run();
    link.offer(new Event.Closed(1011, ""));
    link.callbacks().run();

    assertEquals(Optional.of(new Output.Close(1011, "")), link.nextOutput());
    assertEquals(List.of("closed 1011 "), calls);
    assertTrue(link.closed());
  }

  @Test
  void noMessageFollowsWhenTheApplicationCloses() {
    var link = upgraded();
    link.offer(new Event.Message(true, new byte[] {'e', 'n', 'd'}));
    link.offer(new Event.Message(true, new byte[] {'x'}));
    link.offer(new Event.Closed(4000, ""));

    link.callbacks().run();

    assertEquals(List.of("received end", "closed 4000 "), calls);
  }

  @Test
  void messagesThatCameBeforeTheClientClosedAreServed() {
    var link = upgraded();
    link.offer(new Event.Message(true, new byte[] {'x'}));
    link.offer(new Event.Closed(1000, ""));

    link.callbacks().run();

    assertEquals(List.of("received x", "closed 1000 "), calls);
  }

  @Test
  void isServedSomeEventsAtATime() {
    var link = upgraded();
    for (int i = 0; i < 20; i++) {
      link.offer(new Event.Message(true, new byte[] {'x'}));
    }

    link.callbacks().run();

    assertEquals(16, calls.size());
    assertTrue(link.hasEvents());
  }

  // --- arrangement

  private WebSocketLink upgraded() {
    request(Upgrade.WEB_SOCKET, "/ws");
    return assertInstanceOf(ResponsePart.Upgraded.class, parts.getFirst()).link();
  }

  private int status() {
    return assertInstanceOf(ResponsePart.Whole.class, parts.getFirst()).head().status();
  }

  private void request(Upgrade upgrade, String path) {
    router.mount(new Chat(), Map.of("service.id", 1L));
    var fields = Fields.of("Host", "localhost", "Sec-WebSocket-Protocol", "x, a, b");
    var request = Calls.request("GET", path, "", fields, Content.none());
    contexts.handle(
        new Exchange(request, _ -> {}, 1024, new ContentBlocks(0), 0, upgrade), parts::add);
  }

  private final class Chat implements Application, WebSocketEndpoint {
    @Override
    public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
      calls.add("called");
      startResponse.start("204 No Content", List.of());
      return List.of();
    }

    @Override
    public Optional<WebSocketEndpoint> webSocket(Environ environ) {
      return switch (environ.variable("PATH_INFO").orElse("")) {
        case "/ws" -> Optional.of(this);
        case "/fails" -> throw new IllegalStateException("as the test wants it");
        default -> Optional.empty();
      };
    }

    @Override
    public Settings settings() {
      return new Settings(1024, 1024, Duration.ZERO, Duration.ZERO, false, List.of("b", "a"));
    }

    @Override
    public void opened(WebSocket socket) {
      calls.add("opened " + socket.environ().variable("PATH_INFO").orElse(""));
    }

    @Override
    public void received(WebSocket socket, boolean text, ByteBuffer content) {
      var message = Calls.text(content);
      if (message.equals("fail")) {
        throw new IllegalStateException("as the test wants it");
      }
      calls.add("received " + message);
      if (message.equals("end")) {
        socket.close(4000, "");
      }
    }

    @Override
    public void closed(WebSocket socket, int code, String reason) {
      calls.add("closed " + code + " " + reason);
    }
  }
}
