package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.PaxExam;
import org.yimmo.wsgi.itests.support.Serving;

/** Applications in Python and in Java in one process, each with a mount of its own. */
@ExtendWith(PaxExam.class)
@PaxExam.OwnJvm
public class SideBySideIT {
  private static final String MOD = "org.yimmo.wsgi.mod";

  /** Answers where it is mounted, and what it finds in a package that others have, too. */
  private static final String SOURCE =
      """
      import sys
      import library
      def app(environ, start_response):
          start_response("200 OK", [("Content-Type", "text/plain")])
          answer = (library.VERSION, environ["SCRIPT_NAME"], environ["PATH_INFO"])
          return [" ".join(answer).encode()]
      """;

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurationAdmin;

  @Test
  public void serveEachAtItsMountInAWorldOfItsOwn() throws Exception {
    var java =
        context.installBundle(
            Path.of(System.getProperty("yimmo.example.bundle")).toUri().toString());
    java.start();
    try (var python = new Deployed();
        var serving = new Serving(configurationAdmin)) {
      python.deploy("one", folder("1.0", SOURCE), Map.of("path", "/one", "version", "7"));
      python.deploy("two", folder("2.0", SOURCE), Map.of("path", "/two"));
      python.deploy("main", folder("0.9", SOURCE), Map.of("interpreter", "main"));
      python.deploy("host", folder("3.0", SOURCE), Map.of("host", "*.example.org"));
      Await.until("all are loaded", () -> applications() == 5);

      for (int i = 0; i < 2 * Serving.THREADS; i++) {
        try (var wire = serving.connect()) {
          assertEquals("1.0 /one /a", wire.get("/one/a").content());
          assertEquals("2.0 /two ", wire.get("/two").content());
          assertEquals("Hello, you!\n", wire.get("/hello/you").content());
          assertEquals("0.9  /onetwo", wire.get("/onetwo").content());
          wire.send("GET /one HTTP/1.1\r\nHost: shop.example.org:80\r\n\r\n");
          assertEquals("3.0  /one", wire.reply().content());
        }
      }
      var one = reference(Application.class, "(application.name=one)");
      assertEquals("7", one.getProperty(Application.VERSION));
    } finally {
      java.uninstall();
    }
  }

  @Test
  public void oneThatCannotBeLoadedSaysWhyAndTheOthersServe() throws Exception {
    try (var python = new Deployed();
        var serving = new Serving(configurationAdmin)) {
      python.deploy("broken", folder("1.0", "import no_such_module\n"), Map.of("path", "/broken"));
      python.deploy("good", folder("2.0", SOURCE), Map.of("path", "/good"));
      Await.until("the good one is loaded", () -> applications() == 1);

      var failed =
          reference(
              Condition.class,
              "(&(osgi.condition.id=yimmo.application.failed)(application.name=broken))");
      var message = String.valueOf(failed.getProperty("message"));
      assertEquals("/broken", failed.getProperty(Application.PATH));
      assertTrue(message.startsWith("Traceback (most recent call last):"), message);
      assertTrue(message.endsWith("No module named 'no_such_module'"), message);
      try (var wire = serving.connect()) {
        assertEquals("2.0 /good ", wire.get("/good").content());
        assertEquals(503, wire.get("/broken").status());
      }
    }
  }

  private int applications() {
    try {
      return context.getServiceReferences(Application.class, null).size();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private <T> ServiceReference<T> reference(Class<T> type, String filter)
      throws InvalidSyntaxException {
    return context.getServiceReferences(type, filter).iterator().next();
  }

  private static Path folder(String libraryVersion, String source) throws IOException {
    var folder = Files.createTempDirectory("side-by-side");
    Files.writeString(folder.resolve("library.py"), "VERSION = '%s'\n".formatted(libraryVersion));
    Files.writeString(folder.resolve("application.py"), source);
    return folder;
  }

  /** The configurations of applications, until closed. */
  private final class Deployed implements AutoCloseable {
    private final int others = applications();
    private final List<Configuration> configurations = new ArrayList<>();

    private Deployed() throws IOException {
      var python = configurationAdmin.getConfiguration(MOD, "?");
      configurations.add(python);
      python.updateIfDifferent(FrameworkUtil.asDictionary(Map.of("python", "/usr/bin/python3")));
    }

    private void deploy(String name, Path folder, Map<String, Object> more) throws IOException {
      var properties = new HashMap<>(more);
      properties.put("name", name);
      properties.put("module", "application");
      properties.put("app", "app");
      properties.put("pythonpath", new String[] {folder.toString()});
      var configuration =
          configurationAdmin.getFactoryConfiguration(MOD + ".application", name, "?");
      configurations.add(configuration);
      configuration.updateIfDifferent(FrameworkUtil.asDictionary(properties));
    }

    @Override
    public void close() throws IOException {
      for (var configuration : configurations.reversed()) {
        configuration.delete();
      }
      Await.until("all are gone", () -> applications() == others);
    }
  }
}
