package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;
import org.yimmo.wsgi.itests.support.Wire;

/**
 * The bundles in a running Felix, wired by docs/wiring.md, with an application in Java and without
 * Python.
 */
@ExtendWith(PaxExam.class)
public class WiringIT {
  private static final String WORKER = "org.yimmo.wsgi.worker";

  private static final CountDownLatch interrupted = new CountDownLatch(1);

  /** How often the application was called, by query. */
  private static final Map<String, Integer> calls = new ConcurrentHashMap<>();

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void everyBundleOfTheDistributionIsActive() {
    var asleep =
        Arrays.stream(context.getBundles())
            .filter(bundle -> !fragment(bundle) && bundle.getState() != Bundle.ACTIVE)
            .map(Bundle::toString)
            .toList();

    assertEquals(List.of(), asleep);
  }

  @Test
  public void everyFragmentOfTheDistributionIsResolved() {
    var unresolved =
        Arrays.stream(context.getBundles())
            .filter(bundle -> fragment(bundle) && bundle.getState() != Bundle.RESOLVED)
            .map(Bundle::toString)
            .toList();

    assertEquals(List.of(), unresolved);
  }

  private static boolean fragment(Bundle bundle) {
    return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  @Test
  public void aComponentWithoutConfigurationDoesNotExist() {
    assertEquals(0, queues());
    assertTrue(!ready());
  }

  @Test
  public void eachWorkerThreadRegistersItsQueues() throws Exception {
    try (var _ = new Hello()) {

      assertEquals(Serving.THREADS, queues());
    }
  }

  @Test
  public void answersWithAJavaApplication() throws Exception {
    try (var hello = new Hello();
        var wire = hello.connect()) {

      var reply = wire.get("/hello?who=you");

      assertEquals(200, reply.status());
      assertEquals("text/plain", reply.field("Content-Type").orElse(""));
      assertEquals("GET /hello who=you", reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  public void answers503WhileTheWorkerBundleIsStopped() throws Exception {
    try (var hello = new Hello();
        var kept = hello.connect()) {
      assertEquals(200, kept.get("/hello").status());

      bundle(WORKER).stop();
      try {
        var reply = kept.get("/hello");
        assertEquals(503, reply.status());
        assertTrue(Integer.parseInt(reply.field("Retry-After").orElseThrow()) >= 0);
        assertEquals(503, kept.get("/hello").status(), "on the same connection");
        try (var fresh = hello.connect()) {
          var another = fresh.get("/hello");
          assertEquals(503, another.status());
          assertTrue(another.field("Retry-After").isPresent());
        }
      } finally {
        bundle(WORKER).start();
      }

      Await.until("the kept connection is served again", () -> kept.get("/hello").status() == 200);
      try (var fresh = hello.connect()) {
        assertEquals(200, fresh.get("/hello").status());
      }
    }
  }

  @Test
  public void answersEachRequestOnceWhileTheWorkerBundleStopsStartsAndIsUpdated() throws Exception {
    try (var hello = new Hello()) {
      calls.clear();
      var ended = new AtomicBoolean();
      var clients =
          Stream.of("a", "b", "c", "d")
              .map(name -> new FutureTask<>(() -> numbered(hello, name, ended)))
              .toList();
      clients.forEach(client -> Thread.ofPlatform().daemon().start(client));

      for (var round = 1; round <= 5; round++) {
        var before = calls.size();
        Await.until("requests are served", () -> calls.size() > before + 100);
        bundle(WORKER).stop();
        bundle(WORKER).start();
        Await.until("workers are back", () -> queues() == Serving.THREADS);
        bundle(WORKER).update();
        Await.until("workers are back", () -> queues() == Serving.THREADS);
      }
      ended.set(true);

      var answered = new ArrayList<String>();
      for (var client : clients) {
        answered.addAll(client.get(60, TimeUnit.SECONDS));
      }
      calls.remove(""); // how it was found out that connections survived
      assertEquals(Set.of(1), Set.copyOf(calls.values()), "no request is served twice");
      assertEquals(Set.copyOf(answered), calls.keySet(), "what was served was answered");
    }
  }

  /**
   * Sends numbered requests, three at once, on one connection that stays open.
   *
   * @return those that were not answered with 503
   */
  private static List<String> numbered(Hello hello, String name, AtomicBoolean ended) {
    var answered = new ArrayList<String>();
    try (var wire = hello.connect()) {
      for (var number = 0; !ended.get(); number += 3) {
        var three = Stream.of(number, number + 1, number + 2).map(one -> name + one).toList();
        three.forEach(
            one -> wire.send("GET /hello?" + one + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        for (var one : three) {
          var reply = wire.reply();
          if (reply.status() == 503) {
            assertTrue(reply.field("Retry-After").isPresent());
          } else {
            assertEquals("200 GET /hello " + one, reply.status() + " " + reply.content());
            answered.add(one);
          }
        }
      }
      assertTrue(wire.survives());
    }
    return answered;
  }

  @Test
  public void isNotReadyWhileTheWorkerBundleIsStopped() throws Exception {
    try (var _ = new Hello()) {

      bundle(WORKER).stop();
      try {
        assertEquals(0, queues());
        Await.until("the condition yimmo.ready is gone", () -> !ready());
      } finally {
        bundle(WORKER).start();
      }

      Await.until("the condition yimmo.ready is back", this::ready);
    }
  }

  @Test
  public void followsAnApplicationThatComesAndGoes() throws Exception {
    try (var hello = new Hello();
        var wire = hello.connect()) {
      hello.application.unregister();
      var without = wire.get("/hello").status();
      hello.application = register(context);
      var with = wire.get("/hello").status();

      assertTrue(without == 503 || without == 404, "status " + without);
      assertEquals(200, with);
    }
  }

  @Test
  public void movesToAnotherPortWhenTheConfigurationChanges() throws Exception {
    try (var hello = new Hello()) {
      var before = hello.serving.port();
      var after = Serving.freePort();

      hello.serving.move(after);

      Await.until("port " + after + " answers", () -> Serving.answers(after));
      Await.until("port " + before + " is closed", () -> !Serving.answers(before));
    }
  }

  @Test
  public void interruptsAnApplicationThatTakesTooLong() throws Exception {
    try (var hello = new Hello(Map.of("timeout.millis", 200L));
        var wire = hello.connect()) {

      assertEquals(504, wire.get("/forever").status());

      assertEquals(200, wire.get("/hello").status(), "on the same connection");
      Await.until("the worker is back", () -> interrupted.getCount() == 0);
      assertEquals(Serving.THREADS, queues());
      assertEquals(0, stuck());
    }
  }

  @Test
  public void hasTheGaugeStuckWithoutADeadlineToo() throws Exception {
    try (var _ = new Hello()) {

      assertEquals(0, stuck());
    }
  }

  private long stuck() {
    try {
      var gauge =
          context.getServiceReferences(LongSupplier.class, "(yimmo.gauge=stuck)").iterator().next();
      return context.getService(gauge).getAsLong();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  // --- arrangement

  /** A server with the application, until closed. */
  private final class Hello implements AutoCloseable {
    private final Serving serving;
    private ServiceRegistration<Application> application = register(context);

    private Hello() throws IOException {
      this(Map.of());
    }

    private Hello(Map<String, Object> worker) throws IOException {
      serving = new Serving(configurationAdmin, worker);
      Await.until("queues are registered", () -> queues() == Serving.THREADS);
    }

    private Wire connect() {
      return serving.connect();
    }

    @Override
    public void close() throws IOException {
      serving.close();
      Await.until("queues are gone", () -> queues() == 0);
      application.unregister();
    }
  }

  private static ServiceRegistration<Application> register(BundleContext context) {
    return context.registerService(
        Application.class,
        WiringIT::hello,
        FrameworkUtil.asDictionary(Map.of(Application.NAME, "hello", Application.PATH, "/")));
  }

  /** The application: answers method, path and query, or never. */
  private static Iterable<ByteBuffer> hello(Environ environ, StartResponse startResponse)
      throws InterruptedException {
    if (environ.variable("PATH_INFO").orElse("").equals("/forever")) {
      try {
        new CountDownLatch(1).await();
      } finally {
        interrupted.countDown();
      }
    }
    calls.merge(environ.variable("QUERY_STRING").orElse(""), 1, Integer::sum);
    startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
    var text =
        environ.variable("REQUEST_METHOD").orElse("")
            + ' '
            + environ.variable("PATH_INFO").orElse("")
            + ' '
            + environ.variable("QUERY_STRING").orElse("");
    return List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getSymbolicName().equals(symbolicName))
        .findFirst()
        .orElseThrow();
  }

  private int queues() {
    try {
      return context.getServiceReferences(ExchangeQueues.class, null).size();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private boolean ready() {
    try {
      return context.getServiceReferences(
              "org.osgi.service.condition.Condition", "(osgi.condition.id=yimmo.ready)")
          != null;
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
