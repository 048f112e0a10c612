package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Yimmo;

/** {@code --warmup}: the application answers before the port is opened. */
@Execution(ExecutionMode.CONCURRENT)
class WarmUpIT {
  @Test
  void eachThreadAnswersBeforeTheFirstClient() {
    try (var server =
        Yimmo.serving("warm", "--threads", "3", "--warmup", "/a", "--warmup", "/b?c").start()) {

      var reply = server.get("/");

      assertEquals(
          List.of("/", "3 x /a", "3 x /b?c", "threads: 3"), reply.content().lines().toList());
      server.stop();
    }
  }

  /** The server rehearses, but with nobody's code; neither the log nor the application knows. */
  @Test
  void withoutItTheFirstRequestIsThatOfAClient() {
    try (var server = Yimmo.serving("warm", "--threads", "2", "--access-log", "-").start()) {

      var reply = server.get("/");

      assertEquals(List.of("/", "threads: 0"), reply.content().lines().toList());
      server.stop();
      assertEquals(1, server.process().out().text().lines().count());
    }
  }

  @Test
  void theServerDoesNotStartWhenOneFails() {
    var finished = Yimmo.serving("warm", "--warmup", "/a", "--warmup", "/fail").run();

    assertEquals(4, finished.status(), finished.err());
    assertTrue(
        finished
            .err()
            .endsWith(
                "yimmo-wsgi: the warm-up failed: GET /fail was answered with status 500; mend it or"
                    + " change --warmup"),
        finished.err());
    assertTrue(finished.err().contains("ZeroDivisionError"), finished.err());
    assertFalse(finished.err().contains("listening"), finished.err());
  }
}
