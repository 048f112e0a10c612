import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Makes {@code lib/yimmo-wsgi.aot} of the distribution: the classes as the JVM lays them out in
 * memory (JEP 483, JEP 514). The build runs this program from its source; it starts the
 * distribution, sends it some requests and stops it, upon which the JVM writes the cache.
 *
 * <p>A distribution without the cache works as well. So whatever goes wrong here is one line of
 * warning, and no reason for the build to fail.
 *
 * <p>Usage: {@code java AotCache.java TREE WORK}. The folder WORK keeps the cache for the next
 * build, which takes it as it is if nothing in it has changed.
 */
final class AotCache {
  private static final String NAME = "yimmo-wsgi.aot";
  private static final int REQUESTS = 200;
  private static final long PATIENCE_SECONDS = 180;
  private static final Pattern LISTENING = Pattern.compile("listening on (http://127\\S+)");

  private final Path tree;
  private final Path work;

  private AotCache(Path tree, Path work) {
    this.tree = tree;
    this.work = work;
  }

  public static void main(String[] arguments) {
    try {
      var tree = Path.of(arguments[0]).toRealPath();
      ClassPath.write(tree);
      new AotCache(tree, Path.of(arguments[1])).provide();
    } catch (Exception failure) {
      System.out.println(
          "[WARNING] the distribution has no AOT cache and starts slower: " + failure);
    }
  }

  private void provide() throws Exception {
    Files.createDirectories(work);
    var cache = work.resolve(NAME);
    var keyFile = work.resolve("key");
    var key = key();
    if (!Files.exists(cache) || !Files.exists(keyFile) || !Files.readString(keyFile).equals(key)) {
      Files.deleteIfExists(keyFile);
      Files.deleteIfExists(cache);
      train(cache);
      Files.writeString(keyFile, key);
    }
    Files.copy(cache, tree.resolve("lib").resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
  }

  /** What the cache depends on: the Java and every file that has code in it or starts it. */
  private String key() throws IOException, NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    digest.update(System.getProperty("java.vm.version").getBytes());
    digest.update(System.getProperty("os.arch").getBytes());
    for (var folder : List.of("bin", "bundles", "lib")) {
      try (var files = Files.walk(tree.resolve(folder))) {
        files.filter(this::counts).sorted().forEach(file -> {
          try {
            digest.update(tree.relativize(file).toString().getBytes());
            digest.update(Files.readAllBytes(file));
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
        });
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private boolean counts(Path file) {
    return Files.isRegularFile(file)
        && !file.startsWith(tree.resolve("lib/python"))
        && !file.endsWith(NAME);
  }

  private void train(Path cache) throws Exception {
    var log = work.resolve("log");
    var command =
        List.of(tree + "/bin/yimmo-wsgi", "-b", "127.0.0.1:0", "--access-log", "/dev/null");
    var builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("YIMMO_") || name.equals("VIRTUAL_ENV"));
    environment.keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put(
        "YIMMO_JAVA_OPTS",
        "-XX:-AOTRecordTraining -XX:AOTCacheOutput=" + cache.toAbsolutePath());
    var process = builder.start();
    try {
      request(address(process, log));
      process.destroy();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("the training run did not end well; see " + log);
      }
    } finally {
      process.destroyForcibly();
    }
    if (!Files.exists(cache)) {
      throw new IOException("the JVM wrote none; see " + log);
    }
  }

  private static URI address(Process process, Path log) throws Exception {
    for (long tenths = 0; tenths < 10 * PATIENCE_SECONDS; tenths++) {
      var listening = LISTENING.matcher(Files.readString(log));
      if (listening.find()) {
        return URI.create(listening.group(1));
      }
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    throw new IOException("the training run did not start; see " + log);
  }

  /** Requests with and without content, on a persistent connection. */
  private static void request(URI address) throws Exception {
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (var i = 0; i < REQUESTS; i++) {
        var request = HttpRequest.newBuilder(address.resolve("/?" + i));
        if (i % 4 == 3) {
          request.POST(HttpRequest.BodyPublishers.ofString("name=value"));
        }
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
      }
    }
  }
}
