package org.yimmo.wsgi.deploy.internal.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.deploy.internal.release.Folders;
import org.yimmo.wsgi.deploy.internal.release.Generation;

/** Drops come, change, fail, go and come back, with rollouts that end when the test says so. */
class DeploymentsTest {
  @TempDir private Path folder;
  private Store store;
  private FakeRollouts rollouts;
  private Deployments deployments;
  private Instant now = Instant.EPOCH;
  private int version;

  /** Keeps what was asked for, and answers when the test does. */
  private static final class FakeRollouts implements Rollouts {
    final List<String> begun = new ArrayList<>();
    CompletableFuture<Map<String, String>> last = new CompletableFuture<>();
    RuntimeException fault;
    Reports reports = Reports.NONE;

    @Override
    public Reports reports() {
      return reports;
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public CompletionStage<Map<String, String>> begin(Path generation, boolean live) {
      if (fault != null) {
        throw fault;
      }
      try {
        begun.add(
            (live ? "live" : "processes")
                + Generation.read(generation).members().stream()
                    .map(member -> " " + member.name() + "/" + member.release())
                    .reduce("", String::concat));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      last = new CompletableFuture<>();
      return last;
    }

    void answer(Map<String, String> failures) {
      last.complete(failures);
    }
  }

  @BeforeEach
  void begin() throws IOException {
    store = Store.open(folder.resolve(".yimmo"));
    rollouts = new FakeRollouts();
    deployments = new Deployments(folder, store, rollouts, 2, Runnable::run, () -> now);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    begin();
  }

  // --- the beginning

  @Test
  void anEmptyFolderIsAGenerationToo() throws IOException {
    looks();

    assertEquals(List.of("processes"), rollouts.begun);
  }

  @Test
  void theFirstGenerationServesWithoutThoseThatFail() throws IOException {
    drop("good", "/good");
    drop("bad", "/bad");
    looks();
    rollouts.answer(Map.of("bad", "Traceback\nImportError: x"));

    assertEquals("ACTIVE", state("good"));
    assertEquals("FAILED", state("bad"));
    assertEquals("Traceback\nImportError: x", row("bad").get("reason"));
    drop("good", "/good");
    looks();
    assertEquals("processes good/2", rollouts.begun.getLast());
  }

  @Test
  void afterAFirstFailureOfNobodyEachIsTriedAlone() throws IOException {
    drop("a", "/a");
    drop("b", "/b");
    looks();

    rollouts.answer(Map.of("", "a worker died"));
    assertEquals("processes a/1", rollouts.begun.getLast());
    rollouts.answer(Map.of("", "a worker died"));
    assertEquals("processes b/1", rollouts.begun.getLast());
    rollouts.answer(Map.of());

    assertEquals("FAILED", state("a"));
    assertEquals("ACTIVE", state("b"));
    drop("a", "/a");
    looks();
    assertEquals("processes a/2 b/1", rollouts.begun.getLast());
  }

  @Test
  void whatServedBeforeARestartServesAgain() throws IOException {
    drop("a", "/a");
    served();
    drop("a", "/a");
    served();

    restart();
    looks();

    assertEquals(List.of("processes a/2"), rollouts.begun);
  }

  @Test
  void aVersionThatFailsAtARestartGivesWayToTheFormerOne() throws IOException {
    drop("a", "/a");
    served();
    drop("a", "/a");
    restart();
    looks();
    assertEquals("processes a/2", rollouts.begun.getLast());

    rollouts.answer(Map.of("a", "SyntaxError"));
    assertEquals("processes a/1", rollouts.begun.getLast());
    rollouts.answer(Map.of());

    assertEquals("FAILED", state("a"));
    assertEquals(true, row("a").get("serving"));
    assertEquals(1, row("a").get("release"));
  }

  // --- updates

  @Test
  void aDropThatStillChangesIsNotTaken() throws IOException {
    served();
    drop("a", "/a");
    look();
    write("a", "/a");
    look();
    assertEquals(1, rollouts.begun.size());

    look();
    assertEquals("processes a/1", rollouts.begun.getLast());
  }

  @Test
  void changesDuringARolloutGoTogetherAfterIt() throws IOException {
    drop("a", "/a");
    looks();
    drop("b", "/b");
    drop("c", "/c");
    looks();
    drop("c", "/c2");
    looks();
    drop("a", "/a");
    looks();
    assertEquals(List.of("processes a/1"), rollouts.begun);

    rollouts.answer(Map.of());
    assertEquals("processes a/1 b/1 c/2", rollouts.begun.getLast());
    rollouts.answer(Map.of());
    looks();
    assertEquals("processes a/2 b/1 c/2", rollouts.begun.getLast());
  }

  @Test
  void aBrokenUpdateLeavesTheFormerReleaseAndTheOthersGoOn() throws IOException {
    drop("a", "/a");
    drop("b", "/b");
    served();

    drop("a", "/a");
    drop("b", "/b");
    looks();
    rollouts.answer(Map.of("a", "ImportError"));
    assertEquals("processes a/1 b/2", rollouts.begun.getLast());
    rollouts.answer(Map.of());

    assertEquals("FAILED", state("a"));
    assertEquals(true, row("a").get("serving"));
    assertEquals(1, row("a").get("release"));
    assertEquals("ACTIVE", state("b"));
    assertFalse(Files.exists(folder.resolve(".yimmo/a/2")));
    assertTrue(Files.exists(folder.resolve(".yimmo/a/1/a.py")));
  }

  @Test
  void theSameContentCanBeTriedAgain() throws IOException {
    served();
    drop("a", "/a");
    looks();
    rollouts.answer(Map.of("a", "no database"));
    looks();
    assertEquals(2, rollouts.begun.size());

    var outcome = deployments.expect("a.py");
    looks();
    rollouts.answer(Map.of());

    assertEquals("a serves at /a: release 2", outcome.join());
  }

  @Test
  void rolloutsThatThrowAreFailuresAndNothingElse() throws IOException {
    served();
    rollouts.fault = new IllegalStateException("broken");
    drop("a", "/a");
    looks();
    assertEquals("FAILED", state("a"));

    rollouts.fault = null;
    now = now.plusSeconds(60);
    drop("a", "/a");
    looks();
    rollouts.last.completeExceptionally(new AssertionError("broken"));
    assertEquals("FAILED", state("a"));

    now = now.plusSeconds(60);
    drop("a", "/a");
    looks();
    rollouts.answer(null);
    assertEquals("the rollout told no result", row("a").get("reason"));

    now = now.plusSeconds(60);
    drop("a", "/a");
    served();
    assertEquals("ACTIVE", state("a"));
  }

  @Test
  void commandsLearnWhatBecameOfADrop() throws IOException {
    served();
    var outcome = deployments.expect("a.py");
    drop("a", "/a");
    looks();
    assertFalse(outcome.isDone());
    rollouts.answer(Map.of("a", "ImportError: x"));

    var failure = assertThrows(CompletionException.class, outcome::join);
    assertEquals("ImportError: x", failure.getCause().getMessage());
  }

  // --- bad drops

  @Test
  void aDropThatIsNoApplicationFailsWithTheReason() throws IOException {
    served();
    Files.createDirectory(folder.resolve("empty"));
    Files.writeString(folder.resolve("broken.zip"), "no zip");
    for (var i = 0; i < 20; i++) {
      look();
    }

    assertEquals("FAILED", state("empty"));
    assertEquals("there is no yimmo.toml or yimmo.yml in the folder", row("empty").get("reason"));
    assertEquals("FAILED", state("broken"));
    assertEquals(1, rollouts.begun.size());
  }

  @Test
  void aHalfCopiedArchiveIsWaitedFor() throws IOException {
    served();
    Files.writeString(folder.resolve("shop.zip"), "PK");
    looks();
    looks();

    assertEquals(List.of(), deployments.rows());
  }

  @Test
  void twoCannotHaveOneMountAndTheSecondGetsItWhenTheFirstGoes() throws IOException {
    drop("a", "/same");
    served();
    drop("b", "/same/");
    looks();
    assertEquals("FAILED", state("b"));
    assertEquals(
        "a.py is mounted at /same: give this one another path or host, or remove a.py",
        row("b").get("reason"));

    Files.delete(folder.resolve("a.py"));
    served();
    served();
    assertEquals("processes b/1", rollouts.begun.getLast());
    assertEquals("ACTIVE", state("b"));
  }

  @Test
  void aMountOfJavaThatOnlyWorkersKnowIsShownAndTaken() throws IOException {
    jar("hello");
    served();
    rollouts.reports = new Rollouts.Reports(Map.of(), Set.of(), Map.of("hello", "/hello"));

    drop("a", "/hello");
    looks();

    assertEquals("/hello", row("hello").get("mount"));
    assertEquals("FAILED", state("a"));
    assertEquals(
        "hello.jar is mounted at /hello: give this one another path or host, or remove hello.jar",
        row("a").get("reason"));
  }

  @Test
  void anApplicationThatAWorkerCannotLoadAnyMoreHasFailed() throws IOException {
    drop("a", "/a");
    drop("b", "/b");
    drop("c", "/c");
    served();

    rollouts.reports =
        new Rollouts.Reports(Map.of("a", "no file", "b", "no module"), Set.of("b"), Map.of());

    assertEquals("FAILED", state("a"));
    assertEquals(true, row("a").get("serving"));
    assertEquals("no file", row("a").get("reason"));
    assertEquals("FAILED", state("b"));
    assertEquals(false, row("b").get("serving"));
    assertEquals("ACTIVE", state("c"));
    rollouts.reports = Rollouts.Reports.NONE;
    assertEquals("ACTIVE", state("a"));
  }

  @Test
  void removingARefusedDropTouchesNothingOfTheOneThatServes() throws IOException {
    drop("a", "/a");
    served();
    Files.createDirectory(folder.resolve("a"));
    Files.writeString(folder.resolve("a/yimmo.toml"), "module = 'x'\npath = '/other'\n");
    looks();
    assertEquals(2, deployments.rows().size());

    Folders.delete(folder.resolve("a"));
    looks();
    drop("b", "/b");
    served();
    drop("b", "/b");
    served();

    assertEquals("ACTIVE", state("a"));
    assertTrue(Files.exists(folder.resolve(".yimmo/a/1/a.py")));
    assertEquals("processes a/1 b/2", rollouts.begun.getLast());
  }

  // --- the end, and back

  @Test
  void aRemovedDropIsNotServedAndItsReleasesGoLater() throws IOException {
    drop("a", "/a");
    served();
    Files.delete(folder.resolve("a.py"));
    looks();
    var outcome = deployments.expectEnd("a.py");
    rollouts.answer(Map.of());

    assertEquals("processes", rollouts.begun.getLast());
    assertEquals("a.py is removed", outcome.join());
    assertEquals(List.of(), deployments.rows());
    drop("b", "/b");
    served();
    assertFalse(Files.exists(folder.resolve(".yimmo/a")));
  }

  @Test
  void rollsBackToTheReleaseBeforeAndRemembersThat() throws IOException {
    drop("a", "/a");
    served();
    drop("a", "/a");
    served();

    var outcome = deployments.rollBack("a");
    assertEquals("processes a/1", rollouts.begun.getLast());
    rollouts.answer(Map.of());
    assertEquals("a serves at /a: release 1", outcome.join());
    assertThrows(IllegalStateException.class, () -> deployments.rollBack("a"));
    assertThrows(IllegalArgumentException.class, () -> deployments.rollBack("b"));

    restart();
    looks();
    assertEquals(List.of("processes a/1"), rollouts.begun);
  }

  @Test
  void keepsSoManyEarlierReleases() throws IOException {
    for (var i = 0; i < 6; i++) {
      drop("a", "/a");
      served();
    }

    assertEquals(
        List.of(4, 5, 6), store.releases("a").stream().map(release -> release.number()).toList());
  }

  @Test
  void onlyOneServerUsesAFolder() {
    assertThrows(IOException.class, () -> Store.open(folder.resolve(".yimmo")));
  }

  // ---

  private void served() throws IOException {
    looks();
    rollouts.answer(Map.of());
  }

  private void looks() throws IOException {
    look();
    look();
    look();
  }

  private void look() throws IOException {
    deployments.look(new DropFolder(folder).stamps());
  }

  private void jar(String name) throws IOException {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", name);
    main.putValue("Import-Package", "org.yimmo.wsgi.application");
    try (var file = Files.newOutputStream(folder.resolve(name + ".jar"));
        var jar = new JarOutputStream(file, manifest)) {
      jar.finish();
    }
  }

  private void drop(String name, String path) throws IOException {
    write(name, path);
  }

  private void write(String name, String path) throws IOException {
    version++;
    Files.writeString(
        folder.resolve(name + ".py"),
        "# /// yimmo\n# path = '%s'\n# ///\n%s".formatted(path, "#".repeat(version)));
  }

  private Object state(String name) {
    return row(name).get("state");
  }

  private Map<String, Object> row(String name) {
    return deployments.rows().stream()
        .filter(row -> row.get("application").equals(name))
        .findFirst()
        .orElseThrow();
  }
}
