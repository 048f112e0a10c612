package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Yimmo;

/** What else a manager is told by signals, and how it is found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class ManagerSignalsIT {
  private final Path folder = Folders.fresh("log");
  private final Path accessLog = folder.resolve("access.log");
  private final Path pidFile = folder.resolve("pid");
  private Fleet fleet;

  @BeforeAll
  void start() {
    fleet =
        Fleet.serving("fleet", "--access-log", accessLog.toString(), "--pid", pidFile.toString());
  }

  @AfterAll
  void stop() {
    fleet.stop();
    assertFalse(Files.exists(pidFile), "the file is removed");
  }

  @Test
  void usr1OpensTheAccessLogAnewInEachWorker() throws IOException {
    var workers = fleet.awaitServing(2);
    Files.move(accessLog, folder.resolve("access.log.1"));

    fleet.signal("USR1");

    Await.until(
        "a line of each worker in the new file",
        () -> {
          requestByName();
          var lines = Files.exists(accessLog) ? read(accessLog) : "";
          return workers.stream().allMatch(pid -> lines.contains("GET /by/" + pid + " "));
        });
    var old = read(folder.resolve("access.log.1"));
    requestByName();
    assertEquals(old, read(folder.resolve("access.log.1")), "nobody writes to the old file");
  }

  /** Asks who answers, and then, over the same connection, again with that in the path. */
  private void requestByName() {
    try (var wire = fleet.server().connect()) {
      var pid = wire.get("/").content().strip().split(" ", 2)[1];
      assertEquals(200, wire.get("/by/" + pid).status());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void usr2IsRefused() {
    var workers = fleet.awaitServing(2);

    fleet.signal("USR2");

    fleet.log().await("SIGUSR2 is refused: .*SIGHUP replaces the workers");
    assertEquals(workers, fleet.awaitServing(2));
  }

  @Test
  void thePidFileNamesTheManager() {
    assertEquals(List.of(Long.toString(fleet.pid())), read(pidFile).lines().toList());

    var finished =
        Yimmo.with("status", "--pid-file", pidFile.toString())
            .environment("XDG_RUNTIME_DIR", fleet.runtime().toString())
            .environment("TMPDIR", fleet.temporary().toString())
            .run();

    assertEquals(0, finished.status(), finished.err());
    assertTrue(finished.out().contains(Long.toString(fleet.pid())), finished.out());
  }
}
