package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.itests.support.Console;
import org.yimmo.wsgi.itests.support.Fleet;

/** The console of a manager: its own commands, and those that it relays to its workers. */
class ManagerConsoleIT {
  @Test
  void speaksForItselfAndItsWorkers() {
    try (var fleet = Fleet.serving("fleet", "-t", "2")) {
      var console = new Console(fleet.runtime(), fleet.pid());
      var numbers = fleet.status().members().stream().map(Fleet.Member::number).toList();

      var workers = console.shows("workers", "--json");
      for (var number : numbers) {
        for (var thread : List.of("worker-1", "worker-2")) {
          assertTrue(
              workers.contains("{\"worker\":%d,\"thread\":\"%s\"".formatted(number, thread)),
              workers);
        }
      }
      assertEquals(3, console.shows("apps").lines().count(), "a heading and a row for each");
      assertEquals(3, console.shows("set", "idle-timeout", "7").lines().count(), "likewise");
      assertTrue(console.refuses("set", "threads", "7").contains("when a process starts"));
      assertTrue(console.refuses("stacks", "x").contains("takes no arguments"));

      var one = console.shows("--worker", Long.toString(numbers.getLast()), "settings", "idle");
      assertTrue(one.contains("7") && one.contains("in the console"), one);
      assertTrue(console.refuses("--worker", "99", "lb").contains("there is no worker 99"));

      assertTrue(console.shows("status", "--json").contains("\"state\":\"serving\""));
      assertTrue(console.refuses("scale", "0").contains("1 to "));
      fleet.stop();
    }
  }

  @Test
  void scalesAndReloadsWithoutALostRequest() {
    try (var fleet = Fleet.serving("fleet");
        var load = fleet.load()) {
      var console = new Console(fleet.runtime(), fleet.pid());
      load.awaitAnswers(20);

      console.shows("scale", "3");
      var three = fleet.awaitServing(3);
      console.shows("scale", "1");
      fleet.awaitServing(1);
      console.shows("reload");
      fleet.awaitServing(1, three);
      load.awaitAnswers(20);

      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      fleet.stop();
    }
  }
}
