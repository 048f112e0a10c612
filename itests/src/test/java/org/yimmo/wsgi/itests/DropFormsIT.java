package org.yimmo.wsgi.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.JavaBundle;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;

/**
 * The bundle {@code deploy} in both its roles, one after the other: as in a manager it makes
 * releases of drops of each form, as in a worker it installs them, and they serve.
 */
@ExtendWith(PaxExam.class)
@PaxExam.OwnJvm
public class DropFormsIT {
  private static final List<String> FORMS = List.of("file", "folder", "zip", "jar", "java");
  private static final Set<String> NAMES =
      Set.of("file", "folder", "zip", "org.example.jar", "org.example.java");

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void eachFormIsInstalledServesIsUpdatedAndRemoved() throws Exception {
    var drops = Files.createTempDirectory("drops");
    var exit =
        context.registerService(
            IntConsumer.class, _ -> {}, FrameworkUtil.asDictionary(Map.of("yimmo.exit", true)));
    var python = configurationAdmin.getConfiguration("org.yimmo.wsgi.mod", "?");
    python.update(FrameworkUtil.asDictionary(Map.of("python", "/usr/bin/python3")));
    try {
      for (var version : List.of("first", "second")) {
        drop(drops, version);

        assertServes(drops, released(drops, NAMES), version);
      }
      for (var name : List.of("file.py", "zip.zip", "jar.jar", "java.jar")) {
        Files.delete(drops.resolve(name));
      }
      Files.delete(drops.resolve("folder/yimmo.toml"));
      Files.delete(drops.resolve("folder/shop_code.py"));
      Files.delete(drops.resolve("folder"));

      assertEquals(Set.of(), names(released(drops, Set.of())));
    } finally {
      configurationAdmin.getConfiguration("org.yimmo.wsgi.deploy", "?").delete();
      python.delete();
      exit.unregister();
    }
  }

  private static void drop(Path drops, String version) throws IOException {
    var description = "module = \"shop_code\"\nversion = \"%s\"\n".formatted(version);
    Files.writeString(
        drops.resolve("file.py"), "# /// yimmo\n# path = \"/file\"\n# ///\n" + source(version));
    var folder = Files.createDirectories(drops.resolve("folder"));
    Files.writeString(folder.resolve("yimmo.toml"), description + "path = \"/folder\"\n");
    Files.writeString(folder.resolve("shop_code.py"), source(version));
    archive(
        drops.resolve("zip.zip"),
        Map.of("yimmo.toml", description + "path = \"/zip\"\n", "shop_code.py", source(version)));
    var headers =
        """
        Manifest-Version: 1.0
        Bundle-ManifestVersion: 2
        Bundle-SymbolicName: org.example.jar
        Yimmo-WSGI-Application: shop_code
        Yimmo-WSGI-Path: /jar
        """;
    archive(
        drops.resolve("jar.jar"),
        Map.of("META-INF/MANIFEST.MF", headers, "shop_code.py", source(version)));
    new JavaBundle("org.example.java")
        .property("application.path", "/java")
        .application(
            """
            @Override
            public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
              return text(startResponse, "%s /java");
            }
            """
                .formatted(version))
        .write(drops.resolve("java.jar"));
  }

  private static String source(String version) {
    return """
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"%s ", environ["SCRIPT_NAME"].encode()]
    """
        .formatted(version);
  }

  private static void archive(Path file, Map<String, String> content) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var entry : content.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(UTF_8));
      }
    }
  }

  /** The generation that the manager's part wants to be rolled out, when these are in it. */
  private Properties released(Path drops, Set<String> wanted) throws Exception {
    var generations = new LinkedBlockingQueue<Properties>();
    Function<String, CompletionStage<Map<String, String>>> rollout =
        file -> {
          generations.add(read(Path.of(file)));
          return CompletableFuture.completedStage(Map.of());
        };
    var registration =
        context.registerService(
            Function.class,
            rollout,
            FrameworkUtil.asDictionary(Map.of("yimmo.rollout", "processes")));
    deploy(
        Map.of(
            "role",
            "manager",
            "folder",
            drops.toString(),
            "store",
            drops.resolve(".yimmo").toString(),
            "versions.kept",
            5));
    try {
      while (true) {
        var generation = generations.poll(60, TimeUnit.SECONDS);
        assertNotNull(generation, () -> "no generation of " + wanted);
        if (names(generation).equals(wanted)) {
          return generation;
        }
      }
    } finally {
      deploy(Map.of("role", "none"));
      registration.unregister();
    }
  }

  /** It has one configuration after the other, and with the last one nothing to do. */
  private void deploy(Map<String, Object> properties) throws IOException {
    configurationAdmin
        .getConfiguration("org.yimmo.wsgi.deploy", "?")
        .update(FrameworkUtil.asDictionary(properties));
  }

  private static Properties read(Path file) {
    var properties = new Properties();
    try (var in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    return properties;
  }

  private static Set<String> names(Properties generation) {
    var names = new TreeSet<>(List.of(generation.getProperty("applications").split(",", -1)));
    names.remove("");
    return names;
  }

  /** Installs it as a worker does, until the end of the method. */
  private void assertServes(Path drops, Properties generation, String version) throws Exception {
    var file = Files.createTempFile("generation", ".properties");
    try (var out = Files.newOutputStream(file)) {
      generation.store(out, null);
    }
    deploy(Map.of("role", "worker", "generation", file.toString()));
    try (var serving = new Serving(configurationAdmin);
        var wire = serving.connect()) {
      Await.until("all are there", () -> applications() == FORMS.size());
      var answers = new LinkedHashMap<String, String>();
      FORMS.forEach(form -> answers.put(form, wire.get("/" + form).content()));
      FORMS.forEach(form -> assertEquals(version + " /" + form, answers.get(form)));

      for (var bundle : context.getBundles()) {
        if (bundle.getLocation().contains(drops.resolve(".yimmo").toString())) {
          bundle.uninstall();
        }
      }
      Await.until("all are gone", () -> applications() == 0);
      FORMS.forEach(form -> assertEquals(503, wire.get("/" + form).status()));
    } finally {
      deploy(Map.of("role", "none"));
    }
  }

  private int applications() {
    try {
      return context.getServiceReferences(Application.class, null).size();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
