package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Yimmo;

/** A manager that cannot get its workers to serve. */
@Execution(ExecutionMode.CONCURRENT)
class FirstStartIT {
  @Test
  void endsBeforeAnyWorkerIsStartedWhenThePortIsInUse() throws IOException {
    var folder = Folders.fresh("release");
    var marker = folder.resolve("imported");
    Files.writeString(folder.resolve("release.py"), "open('" + marker + "', 'w').close()\n");
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = "127.0.0.1:" + other.getLocalPort();

      var finished =
          Yimmo.with(
                  "-p",
                  "2",
                  "--bind",
                  address,
                  "--python",
                  Pythons.system().toString(),
                  "--chdir",
                  folder.toString(),
                  "release:application")
              .run();

      assertEquals(3, finished.status(), finished.toString());
      assertEquals(
          List.of(
              "yimmo-wsgi: cannot bind "
                  + address
                  + ": address already in use; choose another --port"),
          finished.err().lines().filter(line -> !line.matches("\\d{4}-.* NOTICE .*")).toList());
      assertTrue(Files.notExists(marker), "no worker was started");
    }
  }

  @Test
  void endsWithTheTracebackWhenTheApplicationCannotBeImported() {
    var finished =
        Yimmo.with(
                "-p",
                "2",
                "--bind",
                "127.0.0.1:0",
                "--python",
                Pythons.system().toString(),
                "broken_import:application")
            .run();

    assertEquals(4, finished.status(), finished.toString());
    var tracebacks =
        finished.err().lines().filter(line -> line.startsWith("Traceback (most recent")).count();
    assertEquals(1, tracebacks, finished.err());
    assertTrue(
        finished.err().contains("No module named 'there_is_no_such_module'"), finished.err());
  }

  @Test
  void triesAgainEverMoreSeldomWhenWorkersCrash() throws IOException {
    var folder = Folders.fresh("release");
    Files.writeString(
        folder.resolve("release.py"), "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n");
    try (var fleet = Fleet.starting("release:application", "--chdir", folder.toString())) {
      fleet.log().await("worker 1 was ended by SIGKILL before it was ready");
      fleet.log().await("workers in a row ended soon after their start.* started in 100 ms");
      fleet.log().await("workers in a row ended soon after their start.* started in 200 ms");
      fleet.log().await("workers in a row ended soon after their start.* started in 400 ms");

      fleet.stop();
    }
  }
}
