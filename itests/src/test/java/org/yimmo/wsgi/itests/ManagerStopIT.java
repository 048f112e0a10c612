package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Load;
import org.yimmo.wsgi.itests.support.Load.Fault;
import org.yimmo.wsgi.itests.support.Running;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** How a manager ends: in order, at once, or without having been asked. */
@Execution(ExecutionMode.CONCURRENT)
class ManagerStopIT {
  @Test
  void finishesWhatIsInFlight() throws IOException {
    try (var fleet = Fleet.serving("fleet", "--threads", "2");
        var idle = fleet.server().connect()) {
      assertTrue(idle.survives());
      var busy = busy(fleet, "/slow/2", 4);

      fleet.server().process().terminate();

      for (var wire : busy) {
        try (wire) {
          assertEquals(200, wire.reply().status());
          assertTrue(wire.ended());
        }
      }
      assertTrue(idle.ended(), "an idle connection is closed");
      assertEquals(0, fleet.server().process().awaitExit(), () -> fleet.log().text());
      fleet.assertNothingIsLeft();
      try (var again =
          new ServerSocket(fleet.server().port(), 1, InetAddress.getLoopbackAddress())) {
        assertTrue(again.isBound());
      }
    }
  }

  /** Connections with a request each that the application has begun to answer. */
  private static List<Wire> busy(Fleet fleet, String target, int number) {
    var wires = new ArrayList<Wire>();
    for (var i = 0; i < number; i++) {
      var mark = fleet.server().process().out().mark();
      wires.add(fleet.server().connect().send(get(target)));
      fleet.server().process().out().await("slow request begins", mark);
    }
    return wires;
  }

  @Test
  void waitsForNobodyWhenItIsToStopAtOnce() {
    try (var fleet = Fleet.serving("fleet")) {
      var busy = busy(fleet, "/slow/300", 1).getFirst();
      var begin = System.nanoTime();

      fleet.signal("INT");

      assertTrue(busy.ended());
      assertEquals(0, fleet.server().process().awaitExit(), () -> fleet.log().text());
      var taken = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(taken.toSeconds() < 20, "not the grace period of 30 s: " + taken);
      fleet.assertNothingIsLeft();
    }
  }

  @Test
  void workersFinishAndEndWhenTheManagerIsKilled() {
    try (var fleet = Fleet.serving("fleet", "--threads", "2")) {
      var workers = fleet.awaitServing(2);
      try (var load = fleet.load();
          var slow = busy(fleet, "/slow/4", 1).getFirst()) {
        load.awaitAnswers(20);

        Running.signal("KILL", fleet.pid());

        Await.until("the port is closed", () -> !accepts(fleet));
        assertOnlyWhoWasNotLetInIsLost(load.stop());
        try (var next =
            Yimmo.serving("hello", "--bind", "127.0.0.1:" + fleet.server().port()).start()) {
          assertEquals(200, next.get("/").status());
          assertEquals(200, slow.reply().status(), "answered by a worker that ends");
          workers.forEach(Fleet::awaitGone);
          assertEquals(200, next.get("/").status());
          next.stop();
        }
      }
    }
  }

  private static boolean accepts(Fleet fleet) {
    try (var wire = fleet.server().connect()) {
      return wire.localPort() > 0;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  /**
   * A connection that the system made, and no worker took any more, is lost with the port. A
   * request on a kept one was sent again on a new one before it counted as failed.
   */
  private static void assertOnlyWhoWasNotLetInIsLost(Load.Tally tally) {
    var others =
        tally.failures().stream()
            .filter(failure -> failure.fault() != Fault.NOT_CONNECTED)
            .filter(failure -> failure.fault() != Fault.NOTHING_RECEIVED)
            .toList();
    assertEquals(List.of(), others, tally::toString);
  }
}
