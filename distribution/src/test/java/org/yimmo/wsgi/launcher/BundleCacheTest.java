package org.yimmo.wsgi.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BundleCacheTest {
  @TempDir Path directory;

  @Test
  void isGoneWhenClosed() throws IOException {
    var cache = BundleCache.create(directory);
    Files.createDirectories(cache.folder().resolve("a/b"));
    Files.writeString(cache.folder().resolve("a/b/c"), "");

    cache.close();

    assertEquals(List.of(), entries());
  }

  @Test
  void deletesWhatAKilledProcessLeft() throws IOException, InterruptedException {
    var killed = startOwner();
    var left = entries().getFirst();
    killed.destroyForcibly().waitFor();
    assertTrue(Files.exists(left));

    try (var cache = BundleCache.create(directory)) {
      assertEquals(List.of(cache.folder().getParent()), entries());
    }
  }

  @Test
  void leavesWhatALivingProcessUses() throws IOException, InterruptedException {
    var living = startOwner();
    try {
      var used = entries().getFirst();

      BundleCache.create(directory).close();

      assertEquals(List.of(used), entries());
    } finally {
      living.destroyForcibly().waitFor();
    }
  }

  @Test
  void leavesWhatThisProcessUses() throws IOException {
    try (var other = BundleCache.create(directory)) {
      BundleCache.create(directory).close();

      assertEquals(List.of(other.folder().getParent()), entries());
    }
  }

  @Test
  void leavesWhatIsNotOurs() throws IOException {
    var elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("lock"), "");
    var link = Files.createSymbolicLink(directory.resolve("yimmo-wsgi-link"), elsewhere);
    var unlocked = Files.createDirectory(directory.resolve("yimmo-wsgi-new"));

    BundleCache.create(directory).close();

    assertTrue(Files.exists(elsewhere.resolve("lock")));
    assertTrue(Files.exists(link));
    assertTrue(Files.exists(unlocked));
  }

  private List<Path> entries() throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList();
    }
  }

  /** A process that has made its cache and now waits. */
  private Process startOwner() throws IOException {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                directory.toString())
            .start();
    assertFalse(process.getInputStream().read() < 0, "the owner did not start");
    return process;
  }

  /** A process of its own, because it is to be killed. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] arguments) throws IOException {
      var cache = BundleCache.create(Path.of(arguments[0]));
      System.out.println(cache.folder());
      var end = System.in.read();
      System.exit(end);
    }
  }
}
