package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;

/** SIGHUP under load: new code comes without a lost request, or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReloadIT {
  private static final String WARM_UP = "\n\ndef warm_up():\n    pass\n";

  private final Path folder = Folders.fresh("release");
  private Fleet fleet;
  private String serving = "";
  private int releases;

  @BeforeAll
  void start() {
    releaseNext();
    fleet =
        Fleet.serving(
            "versioned",
            "--chdir",
            folder.toString(),
            "--pythonpath",
            Folders.fixtures().toString(),
            "--warmup",
            "/warm");
  }

  @AfterAll
  void stop() {
    fleet.stop();
  }

  /** Makes a good version the next one that is loaded. */
  private void releaseNext() {
    releases++;
    serving = "v" + "i".repeat(releases); // Python tells files apart by size, too
    release("VERSION = '" + serving + "'" + WARM_UP);
  }

  private void release(String code) {
    try {
      Files.writeString(folder.resolve("release.py"), code);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a release", e);
    }
  }

  /** Comes last: failures before it are forgotten. */
  @Test
  @Order(2)
  void aGoodVersionReplacesTheOldOne() {
    var before = fleet.awaitServing(2);
    var old = serving;
    var mark = fleet.log().mark();
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      releaseNext();
      fleet.signal("HUP");
      fleet.log().await("reloaded", mark);

      var after = fleet.awaitServing(2, before);
      before.forEach(Fleet::awaitGone);
      var since = System.nanoTime();
      load.awaitAnswers(50);
      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      assertEquals(Set.of(old, serving), versions(tally.contents()));
      assertEquals(Set.of(serving), versions(tally.contentsSince(since)));
      assertEquals(contents(serving, after), Set.copyOf(tally.contentsSince(since)));
      assertOneVersionEach(tally.contents());
      assertTrue(tally.announced() + tally.retried() >= load.persistentClients(), tally::toString);
      assertTrue(tally.announced() > 0, tally::toString);
    }
  }

  private static Set<String> versions(Collection<String> contents) {
    return contents.stream()
        .map(content -> content.split(" ", 2)[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> contents(String version, List<Long> pids) {
    return pids.stream().map(pid -> version + " " + pid + "\n").collect(Collectors.toSet());
  }

  private static void assertOneVersionEach(Collection<String> contents) {
    var versions = new HashMap<String, String>();
    for (var content : contents) {
      var words = content.strip().split(" ", 2);
      assertEquals(words[0], versions.computeIfAbsent(words[1], _ -> words[0]));
    }
  }

  static List<Arguments> broken() {
    return List.of(
        argumentSet(
            "cannot be imported",
            "import there_is_no_such_module" + WARM_UP,
            "ModuleNotFoundError: .*there_is_no_such_module"),
        argumentSet(
            "fails to warm up",
            "VERSION = 'cold'\n\ndef warm_up():\n    1 / 0\n",
            "ZeroDivisionError"),
        argumentSet(
            "kills the process",
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)" + WARM_UP,
            "was ended by SIGKILL before it was ready"));
  }

  @ParameterizedTest
  @Order(1)
  @MethodSource("broken")
  void aVersionThatDoesNotStartChangesNothing(String code, String logged) {
    var before = fleet.awaitServing(2);
    var mark = fleet.log().mark();
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      release(code);
      fleet.signal("HUP");
      fleet.log().await("the reload has failed", mark);

      fleet.log().await(logged, mark);
      assertEquals(before, fleet.awaitServing(2));
      assertEquals("serving", fleet.status().state());
      load.awaitAnswers(50);
      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      assertEquals(contents(serving, before), Set.copyOf(tally.contents()));
    }
  }
}
