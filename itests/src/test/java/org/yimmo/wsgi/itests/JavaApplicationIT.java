package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;

/** Applications in Java come, are replaced, and go; {@code examples/java-hello} is one. */
@ExtendWith(PaxExam.class)
public class JavaApplicationIT {
  private static final Path EXAMPLE = Path.of(System.getProperty("yimmo.example.bundle"));

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void importsOnePackage() throws Exception {
    var bundle = install();
    try {
      var imported =
          bundle.adapt(BundleWiring.class).getRequiredWires("osgi.wiring.package").stream()
              .map(wire -> (String) wire.getCapability().getAttributes().get("osgi.wiring.package"))
              .filter(name -> !name.startsWith("java."))
              .toList();

      assertEquals(List.of("org.yimmo.wsgi.application"), imported);
    } finally {
      bundle.uninstall();
    }
  }

  @Test
  public void servesWithoutPython() throws Exception {
    var bundle = install();
    try (var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {

      assertEquals("Hello, you!\n", wire.get("/hello/you").content());
      assertEquals("Hello, world!\n", wire.get("/hello").content());
      assertEquals(404, wire.get("/elsewhere").status());

      var libraries = Files.readString(Path.of("/proc/self/maps"));
      assertTrue(libraries.contains("libjvm"), libraries);
      assertFalse(libraries.contains("libpython"), libraries);
    } finally {
      bundle.uninstall();
    }
  }

  @Test
  public void answers503WhereAnApplicationIsAwaited() throws Exception {
    var root = register("root", "/", 0);
    var bundle = install();
    try (var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {
      var awaited = await("/hello");
      assertEquals("Hello, world!\n", wire.get("/hello").content());

      bundle.stop();
      var reply = wire.get("/hello/you");
      assertEquals(503, reply.status());
      assertEquals("1", reply.field("Retry-After").orElse(""));
      assertEquals("root", wire.get("/other").content());

      bundle.start();
      assertEquals("Hello, world!\n", wire.get("/hello").content());
      bundle.stop();
      awaited.unregister();
      assertEquals("root", wire.get("/hello").content());
    } finally {
      bundle.uninstall();
      root.unregister();
    }
  }

  @Test
  public void theRouteFlipsToTheHigherRankBetweenTwoRequests() throws Exception {
    var old = register("old", "/", 0);
    try (var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {
      assertEquals("old", wire.get("/").content());

      var successor = register("new", "/", 1);
      assertEquals("new", wire.get("/").content());

      successor.setProperties(properties("new", "/", -1));
      assertEquals("old", wire.get("/").content());
      successor.unregister();
    } finally {
      old.unregister();
    }
  }

  @Test
  public void anApplicationThatGoesFinishesItsRequests() throws Exception {
    var inside = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    var old =
        context.registerService(
            Application.class,
            (environ, startResponse) -> {
              startResponse.start("200 OK", List.of());
              if (environ.variable("PATH_INFO").orElse("").equals("/slow")) {
                inside.countDown();
                assertTrue(leave.await(60, TimeUnit.SECONDS));
              }
              return List.of(text("old"));
            },
            properties("old", "/", 0));
    try (var serving = new Serving(configurationAdmin)) {
      var request = start(() -> serving.connect().get("/slow").content());
      assertTrue(inside.await(60, TimeUnit.SECONDS));
      var successor = register("new", "/", 1);

      var removal =
          start(() -> {
            old.unregister();
            return true;
          });

      try (var wire = serving.connect()) {
        Await.until("the successor serves", () -> wire.get("/").content().equals("new"));
        var another = register("another", "/another", 0);
        assertEquals("another", wire.get("/another").content(), "others come meanwhile");
        another.unregister();
        assertEquals("new", wire.get("/another").content(), "and go");
      }
      assertFalse(removal.isDone(), "a request is in it");
      leave.countDown();
      assertEquals("old", request.get(60, TimeUnit.SECONDS));
      assertTrue(removal.get(60, TimeUnit.SECONDS));
      successor.unregister();
    }
  }

  @Test
  public void theClassLoaderOfAnUpdatedBundleIsCollected() throws Exception {
    var bundle = install();
    // A deadline: the watchdog knows which application a worker is at.
    try (var serving = new Serving(configurationAdmin, Map.of("timeout.millis", 60_000L))) {
      request(serving);
      var before = classLoader(bundle);

      try (var jar = Files.newInputStream(EXAMPLE)) {
        bundle.update(jar);
      }
      refresh(bundle);
      var after = classLoader(bundle);

      awaitCollected(before);
      request(serving);
      bundle.uninstall();
      refresh(bundle);
      awaitCollected(after);
    }
  }

  /** More than the workers, so that each has served some. */
  private static void request(Serving serving) {
    for (int i = 0; i < 10 * Serving.THREADS; i++) {
      try (var wire = serving.connect()) {
        assertEquals("Hello, you!\n", wire.get("/hello/you").content());
        assertEquals("Hello, you!\n", wire.get("/hello/you").content());
      }
    }
  }

  private static WeakReference<ClassLoader> classLoader(Bundle bundle) {
    return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
  }

  private void refresh(Bundle bundle) throws InterruptedException {
    var refreshed = new CountDownLatch(1);
    context
        .getBundle(0)
        .adapt(FrameworkWiring.class)
        .refreshBundles(List.of(bundle), _ -> refreshed.countDown());
    assertTrue(refreshed.await(60, TimeUnit.SECONDS));
  }

  private static void awaitCollected(WeakReference<ClassLoader> loader) {
    Await.until(
        "the class loader is collected",
        () -> {
          System.gc();
          return loader.refersTo(null);
        });
  }

  // --- arrangement

  private Bundle install() throws IOException, BundleException {
    var bundle = context.installBundle(EXAMPLE.toUri().toString());
    bundle.start();
    return bundle;
  }

  private ServiceRegistration<Application> register(String name, String path, int rank) {
    return context.registerService(
        Application.class,
        (_, startResponse) -> {
          startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
          return List.of(text(name));
        },
        properties(name, path, rank));
  }

  private static java.util.Dictionary<String, Object> properties(
      String name, String path, int rank) {
    return FrameworkUtil.asDictionary(
        Map.of(Application.NAME, name, Application.PATH, path, "service.ranking", rank));
  }

  private ServiceRegistration<Condition> await(String path) {
    return context.registerService(
        Condition.class,
        Condition.INSTANCE,
        FrameworkUtil.asDictionary(
            Map.of(Condition.CONDITION_ID, "yimmo.application.awaited", Application.PATH, path)));
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static <T> FutureTask<T> start(java.util.concurrent.Callable<T> task) {
    var future = new FutureTask<>(task);
    Thread.ofPlatform().daemon().start(future);
    return future;
  }
}
