package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.JavaBundle;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;

/** An application in Java is replaced in a process that serves, and nothing of it is kept. */
@ExtendWith(PaxExam.class)
public class LiveUpdateIT {
  private static final Path EXAMPLE = Path.of(System.getProperty("yimmo.example.bundle"));
  private static final String NAME = "org.yimmo.wsgi.examples.hello";

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void theRouteFlipsBetweenTwoRequestsAndTheOldOneIsCollected() throws Exception {
    var folder = Files.createTempDirectory("live");
    var one = version(folder, "1.0.0");
    var two = version(folder, "2.0.0");
    try (var deployment = new Deployment(generation(folder, 1, one));
        var serving = new Serving(configurationAdmin)) {
      var ended = new AtomicBoolean();
      var load = new FutureTask<>(() -> requests(serving, ended));
      Thread.ofPlatform().daemon().start(load);
      var loader = loader(one);

      var broken = generation(folder, 2, folder.resolve("missing.jar"));
      assertEquals(Map.of(NAME, 1), sizes(deployment.change("prepare", broken)));
      assertTrue(bundle(one).isPresent());
      var next = generation(folder, 3, two);
      assertEquals(Map.of(), deployment.change("prepare", next));
      assertTrue(bundle(one).isPresent() && bundle(two).isPresent(), "side by side");
      assertEquals(Map.of(), deployment.change("commit", next));

      assertFalse(bundle(one).isPresent());
      Await.until(
          "the class loader is collected",
          () -> {
            System.gc();
            return loader.refersTo(null);
          });
      ended.set(true);
      assertTrue(load.get(60, TimeUnit.SECONDS) > 0);
    }
  }

  @Test
  public void whatIsNotWarmDoesNotServe() throws Exception {
    var folder = Files.createTempDirectory("live");
    var cold = counting("cold").property("application.warmup", "/fail");
    var better = counting("two").property("application.warmup", "/?early");
    try (var deployment =
            new Deployment(generation(folder, 1, counting("one").write(folder.resolve("1.jar"))));
        var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {
      assertEquals("one 0", wire.get("/shop").content());

      var refused = generation(folder, 2, cold.write(folder.resolve("2.jar")));
      var why = deployment.change("prepare", refused).get(NAME);
      assertEquals(
          "the warm-up failed: GET /shop/fail was answered with status 500;"
              + " mend it or change application.warmup",
          why);
      assertFalse(bundle(folder.resolve("2.jar")).isPresent());
      assertEquals("one 1", wire.get("/shop").content());

      var next = generation(folder, 3, better.write(folder.resolve("3.jar")));
      assertEquals(Map.of(), deployment.change("prepare", next));
      assertEquals(
          "one 2", wire.get("/shop").content(), "although the other one has a better rank");
      assertEquals(Map.of(), deployment.change("commit", next));
      assertEquals("two 1", wire.get("/shop").content(), "after its warm-up");
    }
  }

  /** An application that counts its requests, and cannot answer one of them. */
  private static JavaBundle counting(String version) {
    return new JavaBundle("org.example.counting")
        .property("application.path", "/shop")
        .header("Bundle-Version", "1.0.0." + version)
        .ranking(version.equals("one") ? 0 : 1)
        .application(
            """
            private int calls;

            @Override
            public synchronized Iterable<ByteBuffer> call(
                Environ environ, StartResponse startResponse) {
              if (environ.variable("PATH_INFO").orElse("").equals("/fail")) {
                throw new IllegalStateException("cold");
              }
              return text(startResponse, "%s " + calls++);
            }
            """
                .formatted(version));
  }

  /** The worker's part of a deployment, until closed; then its bundles are gone. */
  private final class Deployment implements AutoCloseable {
    private final Path folder;
    private final ServiceRegistration<IntConsumer> exit;
    private final Configuration configuration;
    private final BiFunction<String, String, Map<String, String>> change;

    private Deployment(Path generation) throws IOException {
      folder = generation.getParent();
      exit =
          context.registerService(
              IntConsumer.class, _ -> {}, FrameworkUtil.asDictionary(Map.of("yimmo.exit", true)));
      configuration = configurationAdmin.getConfiguration("org.yimmo.wsgi.deploy", "?");
      configuration.update(
          FrameworkUtil.asDictionary(
              Map.of("role", "worker", "generation", generation.toString())));
      change = Await.value("the deployment is there", LiveUpdateIT.this::deployment);
    }

    private Map<String, String> change(String verb, Path generation) {
      return change.apply(verb, generation.toString());
    }

    @Override
    public void close() throws BundleException, IOException {
      for (var bundle : context.getBundles()) {
        if (bundle.getLocation().startsWith("reference:" + folder.toUri())) {
          bundle.uninstall();
        }
      }
      configuration.delete();
      Await.until("the deployment is gone", () -> deployment().isEmpty());
      exit.unregister();
    }
  }

  /** Requests on one connection until the end; how many, all of them good. */
  private static int requests(Serving serving, AtomicBoolean ended) {
    var number = 0;
    try (var wire = serving.connect()) {
      while (!ended.get()) {
        var reply = wire.get("/hello/you");
        assertEquals("200 Hello, you!\n", reply.status() + " " + reply.content());
        number++;
      }
    }
    return number;
  }

  private static Map<String, Integer> sizes(Map<String, String> failures) {
    return Map.of(failures.keySet().iterator().next(), failures.size());
  }

  private WeakReference<ClassLoader> loader(Path jar) {
    return new WeakReference<>(
        bundle(jar).orElseThrow().adapt(BundleWiring.class).getClassLoader());
  }

  private Optional<Bundle> bundle(Path jar) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getLocation().equals("reference:" + jar.toUri()))
        .findFirst();
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // what the property promises
  private Optional<BiFunction<String, String, Map<String, String>>> deployment() {
    try {
      return context.getServiceReferences(BiFunction.class, "(yimmo.deployment=true)").stream()
          .findFirst()
          .map(reference ->
              (BiFunction<String, String, Map<String, String>>) context.getService(reference));
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** As the manager writes it. */
  private static Path generation(Path folder, int number, Path jar) throws IOException {
    var properties = new Properties();
    properties.putAll(
        Map.of(
            "applications",
            NAME,
            NAME + ".kind",
            "java",
            NAME + ".location",
            jar.toString(),
            NAME + ".version",
            "",
            NAME + ".release",
            Integer.toString(number)));
    var file = folder.resolve("generation-" + number + ".properties");
    try (var out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    return file;
  }

  /** The example with another version. */
  private static Path version(Path folder, String version) throws IOException {
    var copy = folder.resolve(version + ".jar");
    try (var from = new JarFile(EXAMPLE.toFile())) {
      var manifest = from.getManifest();
      manifest.getMainAttributes().putValue("Bundle-Version", version);
      try (var to = new JarOutputStream(Files.newOutputStream(copy), manifest)) {
        for (var entry : from.stream().toList()) {
          if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
            to.putNextEntry(new ZipEntry(entry.getName()));
            from.getInputStream(entry).transferTo(to);
          }
        }
      }
    }
    return copy;
  }
}
