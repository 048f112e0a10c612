package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Distribution;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Yimmo;

/** The classes as the JVM of the build laid them out, where they can be used. */
@Execution(ExecutionMode.CONCURRENT)
class AotCacheIT {
  @BeforeAll
  static void thereIsOne() {
    assumeTrue(Files.exists(Distribution.home().resolve("lib/yimmo-wsgi.aot")));
  }

  /** It knows where it was made, and nothing may be taken from there. */
  @Test
  void isUsedElsewhereThanWhereItWasMade() throws IOException {
    var home = Folders.copy(Distribution.home(), "moved");
    try (var server =
        Yimmo.serving("hello")
            .from(home)
            .environment("YIMMO_JAVA_OPTS", "-XX:AOTMode=on") // refuses to start without
            .start()) {
      assertEquals(200, server.get("/").status());

      var open = openFiles(server.process().pid());
      assertTrue(open.stream().anyMatch(file -> file.startsWith(home.resolve("bundles"))));
      assertTrue(open.stream().noneMatch(file -> file.startsWith(Distribution.home())));
      server.stop();
    }
  }

  private static List<Path> openFiles(long pid) throws IOException {
    var files = new ArrayList<Path>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (var descriptor : descriptors) {
        try {
          files.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException _) {
          // closed in the meantime
        }
      }
    }
    return files;
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseZGC", "-XX:+UseCompactObjectHeaders", "-XX:AOTCache=/none"})
  void isPassedBySilentlyWhereItDoesNotFit(String option) {
    var finished = Yimmo.with("--version").environment("YIMMO_JAVA_OPTS", option).run();

    assertEquals(0, finished.status());
    assertTrue(finished.out().matches("yimmo-wsgi \\S+"), finished.out());
    assertEquals("", finished.err());
  }
}
