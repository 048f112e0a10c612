package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.exchange.ResponsePart;

/** An application that goes finishes what it has; whoever takes it away waits for that. */
class DrainTest {
  private static final long DEADLINE_SECONDS = 60;
  private static final Duration LONG = Duration.ofSeconds(DEADLINE_SECONDS);
  private static final Map<String, Object> OLD = Map.of("service.id", 1L, "service.ranking", 0);
  private static final Map<String, Object> NEW = Map.of("service.id", 2L, "service.ranking", 1);

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final AtomicBoolean hurry = new AtomicBoolean();
  private final Application slow =
      (_, startResponse) -> {
        startResponse.start("200 OK", Calls.TEXT);
        inside.countDown();
        assertTrue(leave.await(DEADLINE_SECONDS, TimeUnit.SECONDS));
        return List.of(Calls.bytes("old"));
      };

  @Test
  void theRequestInItGoesOnWhileOthersGoToItsSuccessor() throws Exception {
    var router = new Router(LONG, hurry::get);
    router.mount(slow, OLD);
    var request = start(() -> status(router));
    inside.await();

    router.mount(answering("204 No Content"), NEW);
    var removal = start(() -> unmount(router));

    assertEquals(204, status(router));
    assertFalse(removal.isDone(), "the request is still in it");
    leave.countDown();
    assertEquals(200, request.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
    removal.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void nothingIsWaitedForWhenNobodyIsInside() {
    var router = new Router(LONG, hurry::get);
    router.mount(answering("204 No Content"), OLD);
    assertEquals(204, status(router));

    unmount(router);

    assertEquals(503, status(router));
  }

  @Test
  void leavesNothingToWaitForWhereThereMayBeNone() {
    var router = new Router(LONG, hurry::get);

    assertEquals(503, status(router));
    assertEquals(404, status(router, new OneThread(false, false, true)));
  }

  @Test
  void isNotWaitedForBeyondTheGracePeriod() throws Exception {
    var router = new Router(Duration.ofMillis(1), hurry::get);
    router.mount(slow, OLD);
    var request = start(() -> status(router));
    inside.await();

    unmount(router);

    assertFalse(request.isDone(), "it goes on all the same");
    leave.countDown();
    assertEquals(200, request.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void isNotWaitedForWhenTheFrameworkStops() throws Exception {
    var router = new Router(LONG, hurry::get);
    router.mount(slow, OLD);
    var request = start(() -> status(router));
    inside.await();
    var removal = start(() -> unmount(router));

    hurry.set(true);

    removal.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    assertFalse(request.isDone());
    leave.countDown();
    assertEquals(200, request.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
  }

  /** Who found the old one just before it went asks the routes again. */
  @Test
  void nobodyEntersAnApplicationThatIsGone() throws Exception {
    var router = new Router(LONG, hurry::get);
    var old = answering("200 OK");
    var successor = answering("204 No Content");
    var gone = new AtomicBoolean();
    router.mount(old, OLD);
    var asking =
        start(() -> {
          for (int status = 0; status != 204; ) {
            var before = gone.get();
            status = status(router);
            assertTrue(status == 204 || (status == 200 && !before), "status " + status);
          }
          return null;
        });

    router.mount(successor, NEW);
    router.unmount(old, OLD);
    gone.set(true);

    asking.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private Void unmount(Router router) {
    router.unmount(slow, OLD);
    return null;
  }

  private static Application answering(String status) {
    return (_, startResponse) -> {
      startResponse.start(status, List.of());
      return List.of();
    };
  }

  private static int status(Router router) {
    return status(router, new OneThread());
  }

  private static int status(Router router, OneThread configuration) {
    var answer = new int[1];
    new Contexts(router, configuration)
        .handle(
            Calls.exchange("GET"),
            part -> {
              if (part instanceof ResponsePart.Whole whole) {
                answer[0] = whole.head().status();
              }
            });
    return answer[0];
  }

  private static <T> FutureTask<T> start(Callable<T> task) {
    var future = new FutureTask<>(task);
    Thread.ofPlatform().daemon().start(future);
    return future;
  }
}
