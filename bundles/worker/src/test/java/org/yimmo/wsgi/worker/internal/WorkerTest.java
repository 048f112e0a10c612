package org.yimmo.wsgi.worker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

class WorkerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Registry registry = new Registry();
  private final BlockingQueue<ResponsePart> parts = new LinkedBlockingQueue<>();

  @Test
  void servesExchangesOnItsOwnThread() throws InterruptedException {
    var served = new AtomicReference<Thread>();
    start((exchange, responses) -> {
      served.set(Thread.currentThread());
      responses.respond(ok(exchange));
    });

    registry.queues().offer(exchange("/"));

    assertInstanceOf(ResponsePart.Whole.class, next());
    assertEquals("yimmo-worker-1", served.get().getName());
    assertNotEquals(Thread.currentThread(), served.get());
  }

  @Test
  void aFaultOfTheServerFailsTheExchangeAndKeepsTheWorker() throws InterruptedException {
    start((exchange, responses) -> {
      if (exchange.request().target().equals("/bug")) {
        throw new AssertionError("a bug");
      }
      responses.respond(ok(exchange));
    });

    registry.queues().offer(exchange("/bug"));
    registry.queues().offer(exchange("/fine"));

    assertInstanceOf(ResponsePart.Abort.class, next());
    assertInstanceOf(ResponsePart.Whole.class, next());
  }

  @Test
  void closeEndsTheServiceFirstAndServesWhatWasAccepted() throws InterruptedException {
    var running = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var worker =
        start((exchange, responses) -> {
          running.countDown();
          await(goOn);
          responses.respond(ok(exchange));
        });
    var queues = registry.queues();
    queues.offer(exchange("/1"));
    queues.offer(exchange("/2"));
    await(running);

    worker.close();
    assertEquals(Optional.empty(), registry.registered);
    assertFalse(queues.offer(exchange("/late")));
    assertFalse(worker.join(Duration.ofMillis(1)));
    goOn.countDown();

    assertTrue(worker.join(DEADLINE));
    assertEquals("/1", next().exchange().request().target());
    assertEquals("/2", next().exchange().request().target());
  }

  @Test
  void servesUnderADeadline() throws InterruptedException {
    var worker = new Worker(1, 16, DEADLINE, serving(), registry.context());
    worker.start();
    registry.queues().onOutput(() -> drain(registry.drained.get()));

    registry.queues().offer(exchange("/1"));
    assertInstanceOf(ResponsePart.Whole.class, next());
    registry.queues().offer(exchange("/2"));

    assertInstanceOf(ResponsePart.Whole.class, next());
    assertTrue(worker.watch().isPresent());
  }

  private static ExchangeHandler serving() {
    return (exchange, responses) -> responses.respond(ok(exchange));
  }

  @Test
  void isNotWatchedWithoutADeadline() {
    assertTrue(start(serving()).watch().isEmpty());
  }

  @Test
  void theWatchdogInterruptsAJavaApplicationThatTakesTooLong() throws InterruptedException {
    var deadline = Duration.ofMillis(50);
    var worker =
        new Worker(
            1,
            16,
            deadline,
            (exchange, responses) -> {
              if (exchange.request().target().equals("/slow")) {
                assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await());
              }
              responses.respond(ok(exchange));
            },
            registry.context());
    worker.start();
    registry.queues().onOutput(() -> drain(registry.drained.get()));
    var watchdog = new Watchdog(List.of(worker.watch().orElseThrow()), deadline);
    watchdog.start();

    registry.queues().offer(exchange("/slow"));
    registry.queues().offer(exchange("/next"));

    assertInstanceOf(ResponsePart.Expired.class, next());
    assertInstanceOf(ResponsePart.Whole.class, next());
    assertEquals("/next", next().exchange().request().target());
    assertEquals(0, watchdog.stuck());
    watchdog.stop();
  }

  private Worker start(ExchangeHandler handler) {
    var worker = new Worker(1, 16, Duration.ZERO, handler, registry.context());
    worker.start();
    registry.queues().onOutput(() -> drain(registry.drained.get()));
    return worker;
  }

  private void drain(ExchangeQueues queues) {
    queues.drain(parts::add, Integer.MAX_VALUE);
  }

  private ResponsePart next() throws InterruptedException {
    var part = parts.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    assertNotEquals(null, part, "no response within the deadline");
    return part;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ResponsePart ok(Exchange exchange) {
    return new ResponsePart.Whole(
        exchange, new ResponseHead(200, "OK", Fields.none(), 0), ByteBuffer.allocate(0));
  }

  private static Exchange exchange(String target) {
    var endpoints = new Endpoints("192.0.2.1", 1, "192.0.2.2", 8081, false);
    return new Exchange(
        new Request(
            "GET", target, target, "", "HTTP/1.1", Fields.none(), Content.none(), endpoints),
        _ -> {},
        1024);
  }

  /** The service registry as far as a worker uses it. */
  private static final class Registry {
    private final AtomicReference<ExchangeQueues> drained = new AtomicReference<>();
    private Optional<ExchangeQueues> registered = Optional.empty();

    ExchangeQueues queues() {
      return registered.orElseThrow();
    }

    BundleContext context() {
      return proxy(
          BundleContext.class,
          (method, arguments) -> {
            assertEquals("registerService", method);
            registered = Optional.of((ExchangeQueues) arguments[1]);
            drained.set(registered.get());
            return registration();
          });
    }

    private ServiceRegistration<?> registration() {
      return proxy(
          ServiceRegistration.class,
          (method, _) -> {
            assertEquals("unregister", method);
            assertFalse(queues().closed(), "closed before the service ended");
            registered = Optional.empty();
            return null;
          });
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    private interface Answer {
      Object to(String method, Object[] arguments);
    }
  }
}
