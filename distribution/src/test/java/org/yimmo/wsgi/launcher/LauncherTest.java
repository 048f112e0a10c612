package org.yimmo.wsgi.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LauncherTest {
  @TempDir Path directory;

  private final Logger logger = Logger.getLogger("org.yimmo.wsgi");
  private static final Logging LOGGING = Logging.toStandardError();

  private final Messages messages = new Messages();
  private TinyDistribution distribution;

  @BeforeEach
  void prepare() throws IOException {
    distribution = TinyDistribution.in(Files.createDirectory(directory.resolve("a b%20c:d")));
    logger.addHandler(messages);
    logger.setUseParentHandlers(false);
    System.clearProperty(Recorder.EVENTS);
  }

  @AfterEach
  void tidy() {
    logger.removeHandler(messages);
    logger.setUseParentHandlers(true);
  }

  @Test
  void startsLevelByLevelAndStopsInTheOppositeOrder() throws Exception {
    distribution.bundle(5, "five", "Test-Exit", "0");

    assertEquals(0, run());

    var events = events().replace("+three +two", "+two +three"); // beside each other
    assertEquals(
        "+one +two +three +four +five -five -four -three -two -one", events, messages::toString);
  }

  /** Applications may take long to load, and to be loaded is to be started. */
  @Test
  void startsTheSecondLevelWhileTheThirdStarts() throws Exception {
    distribution.bundle(3, "three", "Test-Await", "+two").bundle(5, "five", "Test-Exit", "0");

    assertEquals(0, run());

    assertTrue(events().startsWith("+one +two +three +four "), events());
  }

  @Test
  void startsNoFurtherLevelOnceTheExitIsAskedFor() throws Exception {
    distribution.bundle(3, "three", "Test-Exit", "4").bundle(3, "threeB");

    assertEquals(4, run());

    assertEquals("+one +three -three -one", eventsBut("two"));
    assertEquals(List.of(), messages.texts);
  }

  @Test
  void startsNothingElseOnceTheFirstLevelAsksForTheExit() throws Exception {
    distribution.bundle(1, "one", "Test-Exit", "4").bundle(1, "oneB");

    assertEquals(4, run());

    assertEquals("+one -one", events());
    assertEquals(List.of(), messages.texts);
  }

  @Test
  void exitsWithTheFirstStatus() throws Exception {
    distribution.bundle(1, "one", "Test-Exit", "3,70,0");

    assertEquals(3, run());
  }

  @Test
  void namesABundleThatCannotBeResolved() throws Exception {
    distribution.bundle(3, "three", "Import-Package", "org.osgi.framework,no.such.thing");

    assertEquals(70, run());

    assertEquals("+one -one", eventsBut("two"));
    assertTrue(messages.texts.getFirst().startsWith("cannot start the bundle three of "));
    assertTrue(messages.texts.getFirst().contains("no.such.thing"));
    assertEquals(1, messages.texts.size(), messages::toString);
  }

  @Test
  void namesABundleThatThrows() throws Exception {
    distribution.bundle(3, "three", "Test-Throw", "out of luck");

    assertEquals(70, run());

    assertTrue(
        messages.texts.getFirst().endsWith("java.lang.IllegalStateException: out of luck"),
        messages::toString);
  }

  @Test
  void saysThatTheDistributionIsIncomplete() throws Exception {
    Files.delete(distribution.home().resolve("bundles/4/four.jar"));
    Files.delete(distribution.home().resolve("bundles/4"));

    assertEquals(70, run());

    assertEquals("+one +two -two -one", eventsBut("three"));
    assertTrue(messages.texts.getFirst().contains("incomplete"), messages::toString);
  }

  @Test
  void startsNoFragments() throws Exception {
    distribution.bundle(1, "fragment", "Fragment-Host", "one").bundle(5, "five", "Test-Exit", "0");

    assertEquals(0, run(), messages::toString);
  }

  @Test
  void handsTheCommandLineToTheBundles() throws Exception {
    distribution
        .bundle(1, "a", "Test-Property", "yimmo.arguments")
        .bundle(1, "b", "Test-Property", "yimmo.home")
        .bundle(1, "c", "Test-Property", "yimmo.directory", "Test-Exit", "0");

    run("-P", "1");

    assertTrue(events().contains("yimmo.arguments=-P\0001 "), events());
    assertTrue(events().contains("yimmo.home=" + distribution.home() + " "), events());
    assertTrue(events().contains("yimmo.directory=" + directory + " "), events());
  }

  @Test
  void takesTheClassesOfABundleThatIsOnTheClassPathFromThere() throws Exception {
    distribution
        .bundle(1, "one", "Test-Loader", "yes")
        .bundle(4, "four", "Test-Loader", "yes")
        .bundle(5, "five", "Test-Exit", "0")
        .classPath("../bundles/1/one.jar", "../bundles/3/three.jar");

    assertEquals(0, run(), messages::toString);

    assertEquals(
        "+one from-the-class-path +three +four from-the-bundle +five -five -four -three -one",
        eventsBut("two"));
    assertEquals(List.of(), messages.texts);
  }

  /** What the JVM has in its cache is not what the jar holds now, nor what others were made for. */
  @Test
  void takesAllClassesFromTheBundlesWhenOneWasReplaced() throws Exception {
    distribution
        .bundle(1, "one", "Test-Loader", "yes", "Test-Exit", "0")
        .classPath("../bundles/1/one.jar", "../bundles/2/two.jar")
        .bundle(2, "two", "Bundle-Description", "another one");

    assertEquals(0, run());

    assertEquals("+one from-the-bundle -one", events());
    assertTrue(messages.texts.getFirst().contains("was replaced"), messages::toString);
  }

  @Test
  void leavesNoBundleCache() throws Exception {
    distribution.bundle(5, "five", "Test-Property", "org.osgi.framework.storage", "Test-Exit", "0");

    run();

    var cache = events().replaceFirst(".*org.osgi.framework.storage=(\\S+).*", "$1");
    assertFalse(Files.exists(Path.of(cache)), cache);
  }

  /** The bundle never stops; the process ends all the same, 5 s after the grace period. */
  @Test
  void endsByForceWhatDoesNotStop() throws Exception {
    distribution.bundle(5, "five", "Test-Exit", "0").bundle(4, "four", "Test-Hang", "yes");
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Dyimmo.grace.period.millis=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Child.class.getName(), distribution.home().toString()));
    var log = directory.resolve("log").toFile();

    var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();

    assertTrue(process.waitFor(50, TimeUnit.SECONDS));
    assertEquals(70, process.exitValue(), () -> read(log));
    assertTrue(read(log).contains("ended by force"), () -> read(log));
  }

  private static String read(File file) {
    try {
      return Files.readString(file.toPath(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      return failure.toString();
    }
  }

  private int run(String... arguments) throws Exception {
    return new Launcher(distribution.home(), directory, List.of(arguments), LOGGING).run();
  }

  /** Without those of a bundle of a level that starts beside another one. */
  private static String eventsBut(String bundle) {
    return events().replaceAll("[+-]" + bundle + "( |$)", "").strip();
  }

  private static String events() {
    return System.getProperty(Recorder.EVENTS, "").strip();
  }

  /** A process of its own, because it is to be killed from within. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      var home = Path.of(arguments[0]);
      System.exit(new Launcher(home, home, List.of(), Logging.toStandardError()).run());
    }
  }

  private static final class Messages extends Handler {
    final List<String> texts = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord entry) {
      texts.add(entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
      return texts.toString();
    }
  }
}
