package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.itests.support.Fleet;

/** SIGTTIN and SIGTTOU under load: one worker more, one less. */
class ResizeIT {
  @Test
  void workersComeAndGoWithoutALostRequest() {
    try (var fleet = Fleet.serving("fleet");
        var load = fleet.load()) {
      var two = fleet.awaitServing(2);
      load.awaitAnswers(20);

      fleet.signal("TTIN");
      var three = fleet.awaitServing(3);
      load.awaitAnswers(50);
      fleet.signal("TTOU");
      assertEquals(two, fleet.awaitServing(2), "the newest one goes");
      fleet.signal("TTOU");
      var one = fleet.awaitServing(1);
      fleet.signal("TTOU");
      fleet.log().await("workers: 1");
      load.awaitAnswers(20);
      assertEquals(one, fleet.awaitServing(1), "one stays");

      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      assertEquals(
          three.stream().map(pid -> "one " + pid + "\n").collect(Collectors.toSet()),
          Set.copyOf(tally.contents()));
      fleet.stop();
    }
  }
}
