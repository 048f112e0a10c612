package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponsePart;

/** What the server asks itself is not answered by an application. */
class RehearsalTest {
  private final List<String> calls = new ArrayList<>();
  private final List<ResponsePart> parts = new ArrayList<>();

  @Test
  void theApplicationIsNotCalled() {
    handle(Endpoints.ofRehearsal());

    assertEquals(List.of(), calls);
    var whole = (ResponsePart.Whole) parts.getFirst();
    assertEquals(200, whole.head().status());
    assertEquals("\n", Calls.text(whole.content()));
  }

  @Test
  void whatOnlyLooksLikeARehearsalIsAnsweredByTheApplication() {
    var own = Endpoints.ofRehearsal();

    handle(new Endpoints(own.remoteAddress(), own.remotePort(), own.localAddress(), 0, false));

    assertEquals(List.of("called"), calls);
  }

  private void handle(Endpoints endpoints) {
    var router = new Router(Duration.ZERO, () -> false);
    router.mount(
        (_, startResponse) -> {
          calls.add("called");
          startResponse.start("204 No Content", List.of());
          return List.of();
        },
        Map.of("service.id", 1L));
    var request =
        new Request(
            "GET",
            "/",
            "/",
            "",
            "HTTP/1.1",
            Fields.of("Host", "localhost"),
            Content.none(),
            endpoints);
    new Contexts(router, new OneThread()).handle(new Exchange(request, _ -> {}, 1024), parts::add);
  }
}
