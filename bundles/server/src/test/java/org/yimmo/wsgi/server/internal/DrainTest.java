package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Limits;
import org.yimmo.wsgi.session.Proxies;

/** How the server stops. */
class DrainTest {
  private final CountDownLatch taken = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicBoolean abandoned = new AtomicBoolean();

  private TestServer open() throws StartFailure {
    return TestServer.open((exchange, queues) -> {
      if (exchange.request().path().equals("/slow")) {
        taken.countDown();
        release.await();
        abandoned.set(exchange.abandoned());
      }
      TestWorker.path(exchange, queues);
    });
  }

  @Test
  void closesIdleConnectionsAndFinishesOthers() throws Exception {
    try (var server = open();
        var idle = server.connect();
        var busy = server.connect()) {
      assertTrue(idle.survives());
      busy.get("/slow");
      assertTrue(taken.await(10, TimeUnit.SECONDS));

      var stopped = CompletableFuture.runAsync(() -> server.stop(Duration.ofMinutes(1)));
      assertTrue(idle.closed());
      assertThrows(IOException.class, () -> server.connect().close());
      release.countDown();

      var response = busy.response();
      assertEquals("/slow", response.content());
      assertEquals("close", response.field("Connection").orElseThrow());
      assertTrue(busy.closed());
      busy.leave();
      stopped.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void resetsWhatIsNotFinishedInTime() throws Exception {
    try (var server = open();
        var busy = server.connect()) {
      busy.get("/slow");
      assertTrue(taken.await(10, TimeUnit.SECONDS));

      server.stop(Duration.ofMillis(50));

      assertTrue(busy.wasReset());
      release.countDown();
    }
  }

  @Test
  void heedsAGracePeriodThatBecomesShorterWhileItStops() throws Exception {
    var grace = new AtomicReference<>(Duration.ofMinutes(10));
    try (var server = open();
        var idle = server.connect();
        var busy = server.connect()) {
      assertTrue(idle.survives());
      busy.get("/slow");
      assertTrue(taken.await(10, TimeUnit.SECONDS));
      var stopped = CompletableFuture.runAsync(() -> server.stop(grace::get));
      assertTrue(idle.closed(), "it stops");

      grace.set(Duration.ofMillis(1));

      assertTrue(busy.wasReset());
      release.countDown();
      stopped.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void stopsAtOnceWhenNothingIsInFlight() throws Exception {
    var server = open();
    var client = server.connect();
    assertTrue(client.survives());

    server.stop(Duration.ofMinutes(1));

    assertTrue(client.closed());
    client.close();
  }

  @Test
  void saysThatTheThreadHasEndedByItself() throws Exception {
    var died = new CountDownLatch(1);
    var limits =
        new Limits(
            100,
            100,
            0,
            100,
            100,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    var ioThread =
        new IoThread(
            Transport.of("auto"), 10, limits, Proxies.none(), AccessLog.none(), died::countDown);

    var _ = ioThread.group().shutdownGracefully(0, 1, TimeUnit.SECONDS);

    assertTrue(died.await(10, TimeUnit.SECONDS));
    ioThread.stop(() -> Duration.ofMinutes(1));
  }
}
