package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Load;

/** Workers that have served enough are replaced under load, one at a time, before they go. */
class RecyclingIT {
  private static final String REPLACED = "worker \\d+ is replaced because of ";

  @Test
  void afterSomeRequests() {
    try (var fleet =
            Fleet.serving("fleet", "--max-requests", "1500", "--max-requests-jitter", "500");
        var load = fleet.load()) {
      var before = fleet.awaitServing(2);

      awaitReplaced(fleet, before);

      fleet.log().await(REPLACED + "the number of its requests");
      assertNothingLost(load);
      fleet.stop();
    }
  }

  @Test
  void atSomeAge() {
    try (var fleet = Fleet.serving("fleet", "--max-worker-age", "5");
        var load = fleet.load()) {
      var before = fleet.status().pids();

      awaitReplaced(fleet, before);

      fleet.log().await(REPLACED + "its age");
      assertNothingLost(load);
      fleet.stop();
    }
  }

  @Test
  void whenTheyAreTooLarge() {
    try (var fleet = Fleet.serving("fleet", "--max-worker-memory", "512m");
        var load = fleet.load()) {
      var before = fleet.awaitServing(2);

      var large = pid(fleet.server().get("/grow/500").content());
      awaitReplaced(fleet, List.of(large));

      fleet.log().await(REPLACED + "its memory");
      var after = fleet.awaitServing(2, List.of(large));
      before.stream()
          .filter(pid -> pid != large)
          .forEach(pid -> assertTrue(after.contains(pid), "the small one stays"));
      assertNothingLost(load);
      fleet.stop();
    }
  }

  private static long pid(String content) {
    return Long.parseLong(content.strip().split(" ", 2)[1]);
  }

  /** Waits until none of these is left; looks meanwhile that there are never too few. */
  private static void awaitReplaced(Fleet fleet, List<Long> before) {
    Await.until(
        "other workers than " + before,
        () -> {
          var status = fleet.status();
          assertTrue(status.serving().size() >= 2, () -> "never below capacity: " + status);
          assertTrue(status.members().size() <= 4, () -> "one at a time: " + status);
          assertTrue(
              status.members().stream().filter(member -> member.state().equals("booting")).count()
                  <= 1,
              () -> "one at a time: " + status);
          return status.pids().stream().noneMatch(before::contains);
        });
  }

  private static void assertNothingLost(Load load) {
    load.awaitAnswers(20);
    var tally = load.stop();
    assertEquals(List.of(), tally.failures(), tally::toString);
  }
}
