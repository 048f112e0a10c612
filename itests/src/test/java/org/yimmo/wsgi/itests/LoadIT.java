package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Several requests at a time: what runs side by side, and what is too much. */
@Execution(ExecutionMode.CONCURRENT)
class LoadIT {
  @Test
  void twoThreadsServeTwoRequestsAtTheSameTime() {
    try (var server = Yimmo.serving("barrier", "--no-threads", "2").start();
        var one = server.connect();
        var other = server.connect()) {
      one.send(get("/"));
      other.send(get("/"));

      assertEquals("True", one.reply().content());
      assertEquals("True", other.reply().content());
      server.stop();
    }
  }

  @Test
  void oneThreadServesConnectionsInTurn() {
    try (var server = Yimmo.serving("switchboard:application").start()) {
      var wires = new ArrayList<Wire>();
      for (var i = 0; i < 20; i++) {
        wires.add(server.connect().send(get("/slow/0.05")));
      }
      for (var wire : wires) {
        try (wire) {
          assertEquals("slow\n", wire.reply().content());
        }
      }
      server.stop();
    }
  }

  @Test
  void answers503WhenTooManyRequestsWait() {
    try (var server = Yimmo.serving("switchboard:application", "--queue-capacity", "1").start();
        var served = server.connect();
        var waiting = server.connect();
        var surplus = server.connect()) {
      assertTrue(surplus.survives());
      served.send(get("/slow/2"));
      server.process().out().await("slow request begins");
      waiting.send(get("/hello"));

      // A queue may hold a few more than it was told: what counts is that it is bounded.
      var refused = surplus.send(get("/hello").repeat(10)).reply();
      for (var i = 0; i < 10 && refused.status() == 200; i++) {
        refused = surplus.reply();
      }

      assertEquals(503, refused.status());
      assertTrue(refused.field("Retry-After").isPresent());
      assertEquals("slow\n", served.reply().content());
      assertEquals("hello\n", waiting.reply().content());
      assertEquals(200, server.get("/hello").status());
    }
  }

  @Test
  void servesManyConnections() {
    try (var server = Yimmo.serving("switchboard:application", "-t", "4").start()) {
      var wires = new ArrayList<Wire>();
      for (var i = 0; i < 500; i++) {
        wires.add(server.connect());
      }
      for (var round = 0; round < 3; round++) {
        wires.forEach(wire -> wire.send(get("/hello")));
        wires.forEach(wire -> assertEquals("hello\n", wire.reply().content()));
      }
      wires.forEach(Wire::close);
      server.stop();
    }
  }
}
