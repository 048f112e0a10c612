package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Wire;

/** A thread that does not come back from an overdue request: its process is replaced. */
@Execution(ExecutionMode.CONCURRENT)
class StuckWorkerIT {
  private static final int LARGE_MEBIBYTES = 50;

  @Test
  void theProcessIsReplacedAfterItsOtherRequestsAreFinished() throws IOException {
    try (var fleet =
        Fleet.serving("fleet", "--timeout", "2", "--threads", "3", "--grace-period", "20")) {
      var before = fleet.awaitServing(2);
      var victim = before.getFirst();
      try (var download = connected(fleet, victim);
          var stuck = connected(fleet, victim);
          var other = connected(fleet, victim)) {
        download.send(get("/large/" + LARGE_MEBIBYTES));
        assertEquals(200, download.head().status());

        stuck.send(get("/stuck"));

        assertEquals(504, stuck.reply().status());
        Await.until(
            "it retires",
            () -> {
              assertEquals(200, other.get("/").status());
              return retires(fleet, victim);
            });
        fleet.log().await("worker \\d+ is replaced because of a thread that did not come back");
        assertTrue(retires(fleet, victim), "it waits for the download");
        assertTrue(
            download.stream().transferTo(OutputStream.nullOutputStream()) > LARGE_MEBIBYTES << 20);
        var after = fleet.awaitServing(2, List.of(victim));
        assertTrue(after.contains(before.getLast()), "the other one serves on");
        Fleet.awaitGone(victim);
      }
      fleet.stop();
    }
  }

  @Test
  void othersAreNotHurtUnderLoad() throws IOException {
    try (var fleet =
        Fleet.serving("fleet", "--timeout", "4", "--threads", "2", "--grace-period", "40")) {
      var before = fleet.awaitServing(2);
      var victim = before.getFirst();
      try (var stuck = connected(fleet, victim);
          var load = fleet.load()) {
        load.awaitAnswers(10);

        stuck.send(get("/stuck"));
        assertEquals(504, stuck.reply().status());
        load.awaitAnswers(20);
        fleet.log().await("worker \\d+ is replaced because of a thread that did not come back");
        var after = fleet.awaitServing(2, List.of(victim));
        Fleet.awaitGone(victim);
        load.awaitAnswers(10);

        assertTrue(after.contains(before.getLast()), "the other one serves on");
        var tally = load.stop();
        assertEquals(List.of(), tally.failures(), tally.toString());
      }
      fleet.stop();
    }
  }

  /** A connection that this worker has accepted. */
  private static Wire connected(Fleet fleet, long worker) {
    return Await.value(
        "a connection to " + worker,
        () -> {
          var wire = fleet.server().connect();
          if (wire.get("/").content().endsWith(" " + worker + "\n")) {
            return Optional.of(wire);
          }
          wire.close();
          return Optional.empty();
        });
  }

  private static boolean retires(Fleet fleet, long worker) {
    return fleet.status().members().stream()
        .anyMatch(member -> member.pid() == worker && member.state().equals("retiring"));
  }
}
