package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
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
import org.yimmo.wsgi.itests.support.Wire;

/**
 * The bundles in a running Felix, wired by docs/wiring.md, with an application in Java and without
 * Python.
 */
@ExtendWith(PaxExam.class)
public class WiringIT {
  private static final int THREADS = 2;
  private static final String SERVER = "org.yimmo.wsgi.server";
  private static final String WORKER = "org.yimmo.wsgi.worker";
  private static final String CONTEXT = "org.yimmo.wsgi.context";

  private static final CountDownLatch interrupted = new CountDownLatch(1);

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
    try (var _ = new Serving()) {

      assertEquals(THREADS, queues());
    }
  }

  @Test
  public void answersWithAJavaApplication() throws Exception {
    try (var serving = new Serving();
        var wire = Wire.to(serving.port)) {

      var reply = wire.get("/hello?who=you");

      assertEquals(200, reply.status());
      assertEquals("text/plain", reply.field("Content-Type").orElse(""));
      assertEquals("GET /hello who=you", reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  public void answers503WhileTheWorkerBundleIsStopped() throws Exception {
    try (var serving = new Serving();
        var kept = Wire.to(serving.port)) {
      assertEquals(200, kept.get("/hello").status());

      bundle(WORKER).stop();
      try {
        var reply = kept.get("/hello");
        assertEquals(503, reply.status());
        assertTrue(Integer.parseInt(reply.field("Retry-After").orElseThrow()) >= 0);
        assertEquals(503, kept.get("/hello").status(), "on the same connection");
        try (var fresh = Wire.to(serving.port)) {
          var another = fresh.get("/hello");
          assertEquals(503, another.status());
          assertTrue(another.field("Retry-After").isPresent());
        }
      } finally {
        bundle(WORKER).start();
      }

      Await.until("the kept connection is served again", () -> kept.get("/hello").status() == 200);
      try (var fresh = Wire.to(serving.port)) {
        assertEquals(200, fresh.get("/hello").status());
      }
    }
  }

  @Test
  public void isNotReadyWhileTheWorkerBundleIsStopped() throws Exception {
    try (var _ = new Serving()) {

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
    try (var serving = new Serving();
        var wire = Wire.to(serving.port)) {
      serving.application.unregister();
      var without = wire.get("/hello").status();
      serving.application = register(context);
      var with = wire.get("/hello").status();

      assertTrue(without == 503 || without == 404, "status " + without);
      assertEquals(200, with);
    }
  }

  @Test
  public void movesToAnotherPortWhenTheConfigurationChanges() throws Exception {
    try (var serving = new Serving()) {
      var after = freePort();

      configure(SERVER, server(after));

      Await.until("port " + after + " answers", () -> answers(after));
      Await.until("port " + serving.port + " is closed", () -> !answers(serving.port));
    }
  }

  @Test
  public void interruptsAnApplicationThatTakesTooLong() throws Exception {
    try (var serving = new Serving(Map.of("timeout.millis", 200L));
        var wire = Wire.to(serving.port)) {

      assertEquals(504, wire.get("/forever").status());

      assertEquals(200, wire.get("/hello").status(), "on the same connection");
      Await.until("the worker is back", () -> interrupted.getCount() == 0);
      assertEquals(THREADS, queues());
      assertEquals(0, stuck());
    }
  }

  @Test
  public void hasTheGaugeStuckWithoutADeadlineToo() throws Exception {
    try (var _ = new Serving()) {

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

  /** The three configurations and the application, until closed. */
  private final class Serving implements AutoCloseable {
    private final int port = freePort();
    private ServiceRegistration<Application> application = register(context);

    private Serving() throws IOException {
      this(Map.of());
    }

    private Serving(Map<String, Object> worker) throws IOException {
      configure(CONTEXT, Map.of("multithread", true, "multiprocess", false));
      var properties = new HashMap<String, Object>(worker);
      properties.putAll(Map.of("threads", THREADS, "queue.capacity", 64));
      configure(WORKER, properties);
      configure(SERVER, server(port));
      Await.until("queues are registered", () -> queues() == THREADS);
      Await.until("port " + port + " answers", () -> answers(port));
    }

    @Override
    public void close() throws IOException {
      for (var pid : List.of(SERVER, WORKER, CONTEXT)) {
        configurationAdmin.getConfiguration(pid, "?").delete();
      }
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
    startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
    var text =
        environ.variable("REQUEST_METHOD").orElse("")
            + ' '
            + environ.variable("PATH_INFO").orElse("")
            + ' '
            + environ.variable("QUERY_STRING").orElse("");
    return List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static Map<String, Object> server(int port) {
    return Map.ofEntries(
        Map.entry("bind", new String[] {"127.0.0.1:" + port}),
        Map.entry("tls.cert", ""),
        Map.entry("tls.key", ""),
        Map.entry("idle.timeout.millis", 30_000L),
        Map.entry("header.timeout.millis", 30_000L),
        Map.entry("body.timeout.millis", 30_000L),
        Map.entry("write.timeout.millis", 30_000L),
        Map.entry("grace.period.millis", 10_000L),
        Map.entry("max.line.bytes", 8_192),
        Map.entry("max.fields.bytes", 65_536),
        Map.entry("max.body.bytes", 0L),
        Map.entry("body.memory.bytes", 65_536),
        Map.entry("max.connections", 1_000),
        Map.entry("transport", "auto"),
        Map.entry("access.log", ""),
        Map.entry("access.log.format", "combined"));
  }

  private void configure(String pid, Map<String, Object> properties) throws IOException {
    configurationAdmin
        .getConfiguration(pid, "?")
        .updateIfDifferent(FrameworkUtil.asDictionary(properties));
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }

  private static boolean answers(int port) {
    try (var wire = Wire.to(port)) {
      return wire.get("/hello").status() == 200;
    } catch (UncheckedIOException _) {
      return false;
    }
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
