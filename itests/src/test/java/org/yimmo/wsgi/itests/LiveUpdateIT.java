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
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.itests.support.Await;
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
    var exit =
        context.registerService(
            IntConsumer.class, _ -> {}, FrameworkUtil.asDictionary(Map.of("yimmo.exit", true)));
    var configuration = configurationAdmin.getConfiguration("org.yimmo.wsgi.deploy", "?");
    configuration.update(
        FrameworkUtil.asDictionary(
            Map.of("role", "worker", "generation", generation(folder, 1, one).toString())));
    try (var serving = new Serving(configurationAdmin)) {
      var change = Await.value("the deployment is there", this::deployment);
      var ended = new AtomicBoolean();
      var load = new FutureTask<>(() -> requests(serving, ended));
      Thread.ofPlatform().daemon().start(load);
      var loader = loader(one);

      var broken = generation(folder, 2, folder.resolve("missing.jar")).toString();
      assertEquals(Map.of(NAME, 1), sizes(change.apply("prepare", broken)));
      assertTrue(bundle(one).isPresent());
      var next = generation(folder, 3, two).toString();
      assertEquals(Map.of(), change.apply("prepare", next));
      assertTrue(bundle(one).isPresent() && bundle(two).isPresent(), "side by side");
      assertEquals(Map.of(), change.apply("commit", next));

      assertFalse(bundle(one).isPresent());
      Await.until(
          "the class loader is collected",
          () -> {
            System.gc();
            return loader.refersTo(null);
          });
      ended.set(true);
      assertTrue(load.get(60, TimeUnit.SECONDS) > 0);
    } finally {
      bundle(two).orElseThrow().uninstall();
      configuration.delete();
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
