package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** The component as Declarative Services would drive it, with a framework of a few lines. */
class ServerComponentTest {
  @TempDir Path directory;
  private final List<Dictionary<?, ?>> conditions = new CopyOnWriteArrayList<>();
  private final Map<Dictionary<?, ?>, Object> others = new ConcurrentHashMap<>();

  private BundleContext bundle() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getAllServiceReferences")) {
                return null; // no application, and so nothing to warm up
              }
              assertEquals("registerService", method.getName());
              var properties = (Dictionary<?, ?>) arguments[2];
              if (arguments[0] == Condition.class) {
                conditions.add(properties);
              } else {
                others.put(properties, arguments[1]);
              }
              return registration(properties);
            });
  }

  private Object registration(Dictionary<?, ?> properties) {
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {ServiceRegistration.class},
        (_, method, _) -> {
          assertEquals("unregister", method.getName());
          assertTrue(conditions.remove(properties) || others.remove(properties) != null);
          return null;
        });
  }

  private long gauge(String name) {
    return others.entrySet().stream()
        .filter(entry -> name.equals(entry.getKey().get("yimmo.gauge")))
        .map(entry -> (LongSupplier) entry.getValue())
        .findFirst()
        .orElseThrow()
        .getAsLong();
  }

  /** The configuration with its defaults, but for {@code settings}. */
  private static ServerComponent.Config config(Map<String, Object> settings) {
    var all = new HashMap<String, Object>(settings);
    all.putIfAbsent("bind", new String[] {"127.0.0.1:0"});
    return (ServerComponent.Config)
        Proxy.newProxyInstance(
            ServerComponentTest.class.getClassLoader(),
            new Class<?>[] {ServerComponent.Config.class},
            (_, method, _) -> all.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  private Optional<Dictionary<?, ?>> condition(String id) {
    return conditions.stream()
        .filter(properties -> properties.get(Condition.CONDITION_ID).equals(id))
        .findFirst();
  }

  private static TestWorker worker() {
    var worker = new TestWorker(new ExchangeQueues("worker", 16), TestWorker::path);
    worker.start();
    return worker;
  }

  private int port() {
    var addresses = (String[]) condition("yimmo.ready").orElseThrow().get("yimmo.addresses");
    return URI.create(addresses[0]).getPort();
  }

  private static TestClient connect(int port) throws Exception {
    return new TestClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  @Test
  void isPreparedWhileItIsHeldAndOpensItsPortWhenItMayServe() throws Exception {
    var component = new ServerComponent(bundle(), config(Map.of("hold", true)), Map.of());
    component.start();
    try (var worker = worker()) {
      component.addWorker(worker.queues());

      assertTrue(condition("yimmo.prepared").isPresent());
      assertTrue(condition("yimmo.ready").isEmpty());

      component.serve(Condition.INSTANCE);

      try (var client = connect(port())) {
        assertTrue(client.survives());
      }
    } finally {
      component.stop();
    }
    assertTrue(conditions.isEmpty());
  }

  @Test
  void opensItsPortWithTheFirstWorker() throws Exception {
    var component = new ServerComponent(bundle(), config(Map.of()), Map.of());
    component.start();
    assertTrue(conditions.isEmpty());
    try (var worker = worker()) {

      component.addWorker(worker.queues());

      var ready = condition("yimmo.ready").orElseThrow();
      assertEquals("listening on http://127.0.0.1:" + port(), ready.get("message"));
      try (var client = connect(port())) {
        assertTrue(client.survives());
      }
      component.stop();
      assertTrue(conditions.isEmpty());
    }
  }

  @Test
  void keepsItsPortOpenWithoutWorkers() throws Exception {
    var component = new ServerComponent(bundle(), config(Map.of()), Map.of());
    try (var first = worker();
        var second = worker()) {
      component.addWorker(first.queues());
      component.start();
      var port = port();
      try (var client = connect(port)) {
        component.removeWorker(first.queues());
        assertFalse(condition("yimmo.ready").isPresent());
        assertEquals(503, client.get("/").response().status());

        component.addWorker(second.queues());

        assertEquals(port, port());
        assertTrue(client.survives());
      }
      component.stop();
    }
  }

  @Test
  void saysThatItsPortIsInUse() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var worker = worker()) {
      var address = "127.0.0.1:" + taken.getLocalPort();
      var component =
          new ServerComponent(bundle(), config(Map.of("bind", new String[] {address})), Map.of());

      component.addWorker(worker.queues());
      component.start();

      var failed = condition("yimmo.failed").orElseThrow();
      assertEquals(3, failed.get("exit.status"));
      assertEquals(
          "cannot bind " + address + ": address already in use; choose another --port",
          failed.get("message"));
      assertFalse(condition("yimmo.ready").isPresent());
      component.stop();
    }
  }

  @Test
  void opensAllOfItsAddressesOrNone() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var worker = worker()) {
      var socket = directory.resolve("socket");
      var addresses = new String[] {"unix:" + socket, "127.0.0.1:" + taken.getLocalPort()};
      var component = new ServerComponent(bundle(), config(Map.of("bind", addresses)), Map.of());

      component.addWorker(worker.queues());
      component.start();

      assertTrue(condition("yimmo.failed").isPresent());
      assertFalse(socket.toFile().exists());
      component.stop();
    }
  }

  @Test
  void reopensItsAccessLogWhenAskedTo() throws Exception {
    var file = directory.resolve("access.log");
    var component =
        new ServerComponent(bundle(), config(Map.of("access_log", file.toString())), Map.of());
    try (var worker = worker()) {
      component.addWorker(worker.queues());
      component.start();
      Files.move(file, directory.resolve("moved"));

      others.forEach((properties, service) -> {
        if (Boolean.TRUE.equals(properties.get("yimmo.reopen"))) {
          ((Runnable) service).run();
        }
      });
      try (var client = connect(port())) {
        client.get("/after").response();
      }
      component.stop();
    }

    assertTrue(Files.readString(file).contains("/after"));
  }

  @Test
  void tellsHowBusyItIs() throws Exception {
    var component = new ServerComponent(bundle(), config(Map.of()), Map.of());
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    var worker =
        new TestWorker(
            new ExchangeQueues("worker", 16),
            (exchange, queues) -> {
              asked.countDown();
              answer.await();
              TestWorker.path(exchange, queues);
            });
    worker.start();
    component.addWorker(worker.queues());
    component.start();

    try (var client = connect(port())) {
      client.get("/1").get("/2");
      assertTrue(asked.await(10, TimeUnit.SECONDS));
      awaitGauge("in-flight", 2);
      assertEquals(0, gauge("requests"));
      assertEquals(1, gauge("connections"));
      answer.countDown();
      client.response();
      client.response();

      awaitGauge("requests", 2);
      assertEquals(0, gauge("in-flight"));
    }
    awaitGauge("connections", 0);
    assertEquals(0, gauge("io"), "nobody watches");
    component.stop();
    assertTrue(others.isEmpty());
    worker.close();
  }

  private void awaitGauge(String name, long value) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (gauge(name) != value && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(value, gauge(name), name);
  }

  @Test
  void saysWhatIsWrongWithItsConfiguration() {
    var component =
        new ServerComponent(bundle(), config(Map.of("tls_cert", new String[] {"a.crt"})), Map.of());

    var failed = condition("yimmo.failed").orElseThrow();
    assertEquals(2, failed.get("exit.status"));
    assertEquals("each of tls.cert needs its tls.key; one is missing", failed.get("message"));
    component.stop();
  }
}
