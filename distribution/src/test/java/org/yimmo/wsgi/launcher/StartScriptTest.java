package org.yimmo.wsgi.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/yimmo-wsgi} with a Java that shows how it was called. */
@Timeout(60)
class StartScriptTest {
  private static final Path SOURCES = Path.of("src/main/dist");
  private static final String SHOW_CALL =
      """
      #!/bin/sh
      printf '%s\\n' "$@"
      echo "LD_PRELOAD=${LD_PRELOAD-}"
      echo "YIMMO_LD_PRELOAD=${YIMMO_LD_PRELOAD-unset}"
      echo "LC_CTYPE=${LC_CTYPE-}"
      """;

  @TempDir Path directory;
  private Path home;
  private Path java;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void prepare() throws IOException {
    home = directory.toRealPath().resolve("a home");
    for (var name : List.of("bin/yimmo-wsgi", "lib/find-java.sh")) {
      Files.createDirectories(home.resolve(name).getParent());
      Files.copy(SOURCES.resolve(name), home.resolve(name));
    }
    java = jdk("jdk", "25.0.1");
    environment.put("JAVA_HOME", java.toString());
  }

  private Path jdk(String name, String version) throws IOException {
    var jdk = directory.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.createDirectories(jdk.resolve("lib"));
    Files.writeString(jdk.resolve("lib/libjsig.so"), "");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(jdk.resolve("bin/java"), SHOW_CALL);
    return jdk;
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void handsOverItsArgumentsAsTheyAre() throws Exception {
    var call = run("m:f(\"a b\")", "", "*", "$HOME");

    var jar = call.indexOf("-jar");
    assertEquals(
        List.of(home + "/lib/yimmo-wsgi-launcher.jar", "m:f(\"a b\")", "", "*", "$HOME"),
        call.subList(jar + 1, jar + 6));
  }

  @Test
  void findsItsHomeThroughSymbolicLinks() throws Exception {
    var first = Files.createDirectories(directory.resolve("x/y")).resolve("first");
    Files.createSymbolicLink(first, Path.of("../../a home/bin/yimmo-wsgi"));
    var second = Files.createSymbolicLink(directory.resolve("second"), Path.of("x/y/first"));

    assertTrue(run(second, List.of()).contains(home + "/lib/yimmo-wsgi-launcher.jar"));
  }

  @Test
  void isFoundOnThePath() throws Exception {
    environment.put("PATH", home.resolve("bin") + ":" + System.getenv("PATH"));

    var call = run(Path.of("/bin/sh"), List.of("-c", "cd / && yimmo-wsgi"));

    assertTrue(call.contains(home + "/lib/yimmo-wsgi-launcher.jar"), call::toString);
  }

  @Test
  void preloadsSignalChainingAndKeepsWhatWasPreloaded() throws Exception {
    environment.put("LD_PRELOAD", "");
    var call = run();

    assertTrue(call.contains("LD_PRELOAD=" + java + "/lib/libjsig.so"), call::toString);
    assertTrue(call.contains("YIMMO_LD_PRELOAD="), call::toString);
  }

  @Test
  void doesNotPreloadFromAPathThatCannotBeNamed() throws Exception {
    environment.put("JAVA_HOME", jdk("a jdk", "26").toString());

    assertTrue(run().contains("YIMMO_LD_PRELOAD=unset"));
  }

  @Test
  void letsTheUserOverrideOptionsOfTheJvm() throws Exception {
    environment.put("YIMMO_JAVA_OPTS", "-Xmx1g -XX:+UseG1GC");

    var call = run();

    assertTrue(call.indexOf("-Xmx1g") > call.indexOf("-Xmx256m"), call::toString);
    assertTrue(call.contains("-XX:+UseG1GC"), call::toString);
    assertFalse(call.contains("-XX:+UseSerialGC"), call::toString);
    assertTrue(call.indexOf("-Xmx1g") < call.indexOf("-jar"), call::toString);
  }

  /** The JVM would refuse some of them together, and the sizes of others are to be theirs. */
  @ParameterizedTest
  @CsvSource({
    "'', true",
    "-Xlog:gc, true",
    "-Xmx1g, true",
    "-Xmn64m, false",
    "-Xms64m, false",
    "-XX:NewSize=8m, false",
    "-XX:InitialHeapSize=64m, false",
    "-XX:NewRatio=1, false",
    "-XX:+UseParallelGC, false",
  })
  void dividesTheHeapUnlessTheUserDoes(String options, boolean divided) throws Exception {
    environment.put("YIMMO_JAVA_OPTS", options);
    var call = run("app:app");

    assertEquals(divided, call.contains("-XX:SurvivorRatio=2"), call::toString);
    assertEquals(divided, call.contains("-XX:NewSize=6m"), call::toString);
    assertEquals(divided || options.contains("GC"), call.contains("-Xms16m"), call::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "-p 2 m:a, true",
    "m:a -p4, true",
    "--no-proc 12, true",
    "--workers=3, true",
    "-w 2, true",
    "-w 2 -p 1, false",
    "-p 1, false",
    "-t 2, false",
    "-p many, false",
    "--deploy d, true",
    "-p 1 --deploy=d, true",
    "m:a -p many --deploy d, true",
    "status, false",
  })
  void makesAManagerSmall(String arguments, boolean small) throws Exception {
    var call = run(arguments.split(" ", -1));

    assertEquals(small, call.contains("-Xmx32m"), call::toString);
    assertEquals(small, call.contains("-XX:TieredStopAtLevel=1"), call::toString);
  }

  @Test
  void makesAManagerSmallByEnvironmentButNoWorker() throws Exception {
    environment.put("YIMMO_WSGI_NO_PROC", "2");
    assertTrue(run().contains("-Xmx32m"));
    assertFalse(run("-p", "1").contains("-Xmx32m"));
    environment.put("YIMMO_WSGI_DEPLOY", "drops");
    assertTrue(run("-p", "1").contains("-Xmx32m"));

    environment.put("YIMMO_MANAGER", "/run/m");
    assertFalse(run().contains("-Xmx32m"));
    assertFalse(run("-p", "2").contains("-Xmx32m"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "-t 2 --bind 127.0.0.1:8080, true",
    "shop:application, false",
    "--proxy-protocol shop, false",
    "--config=x.yml, false",
    "console, false",
  })
  void makesAManagerSmallThatUsesItsOwnDeployFolder(String arguments, boolean small)
      throws Exception {
    var words = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
    assertFalse(run(words).contains("-Xmx32m"), "without a folder");
    Files.createDirectories(home.resolve("deploy"));
    Files.writeString(home.resolve("deploy/README.txt"), "");
    assertFalse(run(words).contains("-Xmx32m"), "without a drop");

    Files.writeString(home.resolve("deploy/shop.py"), "");

    assertEquals(small, run(words).contains("-Xmx32m"));
    environment.put("YIMMO_WSGI_MODULE", "shop");
    assertFalse(run(words).contains("-Xmx32m"), "a module that the environment names");
  }

  @Test
  void usesTheAotCacheOfItsOwnFolder() throws Exception {
    assertFalse(run().stream().anyMatch(word -> word.contains("AOT")));
    var cache = Files.writeString(home.resolve("lib/yimmo-wsgi.aot"), "");

    var call = run();

    assertTrue(call.contains("-XX:AOTCache=" + cache), call::toString);
    assertTrue(call.contains("-Xlog:aot*=off"), call::toString);
  }

  /** With an AOT cache the launcher cannot tell: it would name the folder of the build. */
  @Test
  void tellsWhereItsHomeIs() throws Exception {
    assertTrue(run().contains("-Dyimmo.home=" + home));
  }

  @Test
  void coercesTheCLocale() throws Exception {
    assertTrue(run().contains("LC_CTYPE=C.UTF-8"));

    environment.put("LANG", "de_DE.UTF-8");
    assertTrue(run().contains("LC_CTYPE="));
  }

  @Test
  void passesByAnOlderJava() throws Exception {
    environment.put("JAVA_HOME", jdk("jdk17", "17.0.2").toString());
    environment.put("PATH", java.resolve("bin") + ":/usr/bin:/bin");

    assertTrue(run().contains("LD_PRELOAD=" + java.toRealPath() + "/lib/libjsig.so"));
  }

  @Test
  void saysThatThereIsNoJava() throws Exception {
    Files.writeString(home.resolve("lib/find-java.sh"), "find_java() { return 1; }\n");

    var process = start(home.resolve("bin/yimmo-wsgi"), List.of());

    assertEquals(2, process.waitFor());
    assertEquals(
        "yimmo-wsgi: no Java 25 or newer was found;"
            + " install one (a JRE will do) or set JAVA_HOME to it\n",
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private List<String> run(String... arguments) throws IOException, InterruptedException {
    return run(home.resolve("bin/yimmo-wsgi"), List.of(arguments));
  }

  private List<String> run(Path program, List<String> arguments)
      throws IOException, InterruptedException {
    var process = start(program, arguments);
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return output.lines().toList();
  }

  private Process start(Path program, List<String> arguments) throws IOException {
    var command = Stream.concat(Stream.of(program.toString()), arguments.stream()).toList();
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    return builder.start();
  }
}
