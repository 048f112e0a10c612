package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Load;
import org.yimmo.wsgi.itests.support.Running;
import org.yimmo.wsgi.itests.support.Yimmo;

/** One of two workers dies under load: the other one serves on, and a new one comes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerDeathIT {
  private Fleet fleet;

  @BeforeAll
  void start() {
    fleet = Fleet.serving("fleet");
  }

  @AfterAll
  void stop() {
    fleet.stop();
  }

  @Test
  void oneThatIsKilledTakesNothingButItsRequestsWithIt() {
    var before = fleet.awaitServing(2);
    var restarts = fleet.status().restarts();
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      Running.signal("KILL", before.getFirst());

      fleet.log().await("worker \\d+ was ended by SIGKILL");
      var after = fleet.awaitServing(2, List.of(before.getFirst()));
      assertTrue(after.contains(before.getLast()), "the other one serves on");
      assertEquals(restarts + 1, fleet.status().restarts());
      assertServedOn(load, after);
    }
  }

  @Test
  void oneWhoseApplicationCrashesLeavesAReport() throws IOException {
    var before = fleet.awaitServing(2);
    try (var load = fleet.load();
        var wire = fleet.server().connect()) {
      load.awaitAnswers(50);

      wire.send(get("/crash"));

      assertThrows(UncheckedIOException.class, wire::reply);
      var said =
          fleet
              .log()
              .await("worker \\d+ was ended by SIGABRT; it crashed with SIGSEGV, see (\\S+)$");
      var report = Path.of(said.group(1));
      assertEquals(fleet.temporary(), report.getParent());
      assertTrue(Files.readString(report).contains("SIGSEGV"));
      var victim = Long.parseLong(report.getFileName().toString().replaceAll("\\D", ""));
      assertTrue(before.contains(victim), report + " is of one of " + before);
      assertServedOn(load, fleet.awaitServing(2, List.of(victim)));
    }
  }

  @Test
  void oneThatStandsStillIsKilled() {
    var before = fleet.awaitServing(2);
    var mark = fleet.log().mark();
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      Running.signal("STOP", before.getFirst());

      fleet.log().await("worker \\d+ gives no sign of life since .* killed and replaced", mark);
      assertServedOn(load, fleet.awaitServing(2, List.of(before.getFirst())));
    }
  }

  /** Each client had one request in flight, so no more than that can be lost. */
  private static void assertServedOn(Load load, List<Long> workers) {
    var since = System.nanoTime();
    load.awaitAnswers(50);
    var tally = load.stop();
    assertTrue(tally.failures().size() + tally.retried() <= load.clients(), tally::toString);
    for (var failure : tally.failures()) {
      assertFalse(failure.fault() == Load.Fault.WRONG, tally::toString);
      assertFalse(failure.fault() == Load.Fault.NOT_CONNECTED, tally::toString);
    }
    for (var worker : workers) {
      assertTrue(tally.contentsSince(since).contains("one " + worker + "\n"), tally::toString);
    }
  }

  @Test
  void theStatusTellsWhoServes() {
    var serving = fleet.awaitServing(2);

    var finished =
        Yimmo.with("status", "--json")
            .environment("XDG_RUNTIME_DIR", fleet.runtime().toString())
            .environment("TMPDIR", fleet.temporary().toString())
            .run();

    assertEquals(0, finished.status(), finished.err());
    assertTrue(finished.out().contains("\"pid\":" + fleet.pid()), finished.out());
    assertTrue(finished.out().contains("\"restarts\":"), finished.out());
    for (var pid : serving) {
      assertTrue(
          finished.out().contains("\"pid\":" + pid + ",\"state\":\"serving\""), finished.out());
    }
  }
}
