package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Proxies;

/** The requests before the first client. */
@Timeout(60)
class WarmUpTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private IoThread ioThread;

  @BeforeEach
  void startThread() throws StartFailure {
    ioThread =
        new IoThread(
            Transport.of("auto"),
            10,
            TestServer.generousLimits(),
            Proxies.none(),
            AccessLog.none(),
            () -> {});
  }

  @AfterEach
  void stopThread() {
    ioThread.stop(() -> Duration.ZERO);
  }

  private void run(WarmUp warmUp, TestWorker.Application application) throws StartFailure {
    try (var worker = new TestWorker(new ExchangeQueues("worker", 16), application)) {
      worker.start();
      ioThread.connectWorker(worker.queues());
      warmUp.run(worker.queues(), ioThread::offer);
    }
  }

  private static WarmUp get(String... targets) {
    return new WarmUp(List.of(targets), LONG, false);
  }

  private void answer(Exchange exchange, ExchangeQueues queues) {
    requests.add(exchange.request());
    queues.respond(TestWorker.whole(exchange, 302, "Found", ""));
  }

  @Test
  void asksForWhatApplicationsWantAtTheirMounts() throws Exception {
    var warmUp =
        get("/first")
            .with(
                List.of(
                    WarmUp.Wish.of(
                        Map.<String, Object>of("application.warmup", new String[] {"/", "/a?b"})
                            ::get),
                    WarmUp.Wish.of(
                        Map.<String, Object>of(
                                "application.warmup",
                                "/x",
                                "application.path",
                                "/shop/",
                                "application.host",
                                "*.example.org")
                            ::get)));

    run(warmUp, this::answer);

    assertEquals(
        List.of("/first", "/", "/a?b", "/shop/x"), requests.stream().map(Request::target).toList());
    assertEquals("warm-up.example.org", requests.getLast().fields().first("Host").orElseThrow());
  }

  @Test
  void refusesWhatIsNoTarget() {
    assertThrows(StartFailure.class, () -> run(get("/a b"), this::answer));
  }

  @Test
  void asksForAllTargetsInOrder() throws Exception {
    run(get("/a?b=%20", "/c"), this::answer);

    assertEquals(List.of("/a?b=%20", "/c"), requests.stream().map(Request::target).toList());
    var first = requests.getFirst();
    assertEquals("GET", first.method());
    assertEquals("/a", first.path());
    assertEquals("b=%20", first.query());
    assertEquals("localhost", first.fields().first("Host").orElseThrow());
    assertEquals(80, first.endpoints().localPort());
  }

  @Test
  void takesTheHostOfAUrl() throws Exception {
    run(get("https://shop.example:8443"), this::answer);

    var request = requests.getFirst();
    assertEquals("/", request.target());
    assertEquals("shop.example:8443", request.fields().first("Host").orElseThrow());
    assertEquals(8443, request.endpoints().localPort());
    assertEquals(true, request.endpoints().secure());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 500, 503})
  void failsWithoutSuccess(int status) {
    var failure =
        assertThrows(
            StartFailure.class,
            () ->
                run(
                    get("/health"),
                    (exchange, queues) ->
                        queues.respond(TestWorker.whole(exchange, status, "", ""))));

    assertEquals(4, failure.exitStatus());
    assertEquals(
        "the warm-up failed: GET /health was answered with status "
            + status
            + "; mend it or change --warmup",
        failure.getMessage());
  }

  @Test
  void takesAContentThatIsLargerThanTheWindow() throws Exception {
    run(
        get("/large"),
        (exchange, queues) -> {
          var octets = ByteBuffer.wrap("x".repeat(200_000).getBytes(ISO_8859_1));
          var head = new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH);
          exchange.takeCredit(200_000);
          queues.respond(new ResponsePart.Start(exchange, head, octets.duplicate()));
          for (int i = 0; i < 5; i++) {
            exchange.takeCredit(200_000);
            queues.respond(new ResponsePart.More(exchange, octets.duplicate()));
          }
          requests.add(exchange.request());
          queues.respond(new ResponsePart.End(exchange));
        });

    assertEquals(1, requests.size());
  }

  @Test
  void failsWhenTheResponseBreaksOff() {
    var failure =
        assertThrows(
            StartFailure.class,
            () ->
                run(
                    get("/a"),
                    (exchange, queues) -> queues.respond(new ResponsePart.Abort(exchange))));

    assertEquals(4, failure.exitStatus());
    assertEquals(
        "the warm-up failed: GET /a was not answered to the end; mend it or change --warmup",
        failure.getMessage());
  }

  @Test
  void failsWhenThereIsNoAnswerInTime() {
    var failure =
        assertThrows(
            StartFailure.class,
            () -> run(new WarmUp(List.of("/a"), Duration.ofMillis(1), false), (_, _) -> {}));

    assertEquals(
        "the warm-up failed: GET /a was not answered within 0.001 s; mend it or change --warmup",
        failure.getMessage());
  }
}
