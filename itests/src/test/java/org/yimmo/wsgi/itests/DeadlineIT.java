package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Requests that take longer than --timeout. */
@Execution(ExecutionMode.CONCURRENT)
class DeadlineIT {
  private static Server serving() {
    return Yimmo.serving("overdue:application", "--timeout", "1", "--threads", "2").start();
  }

  @Test
  void aLoopIsAnswered504AndLoggedAndInterrupted() {
    try (var server = serving();
        var slow = server.connect()) {
      slow.send(get("/loop"));
      assertEquals("hello\n", server.get("/").content(), "others are served");

      var reply = slow.reply();

      assertEquals(504, reply.status());
      assertTrue(slow.survives());
      server.log().await("GET /loop has run for \\d+\\.\\d s on worker-");
      server.log().await("in spin");
      server.log().await("GET /loop failed in overdue:application");
      server.log().await("^yimmo\\.Timeout: ");
      for (int i = 0; i < 100; i++) {
        assertEquals(200, server.get("/").status());
      }
      server.stop();
    }
  }

  @Test
  void aResponseThatWasBegunIsBrokenOff() {
    try (var server = serving();
        var slow = server.connect()) {
      slow.send(get("/stream"));

      assertEquals(200, slow.head().status());

      assertEquals("6\r\nbegun\n\r\n", rest(slow.stream()), "no last chunk");
      server.log().await("GET /stream has run for");
      server.stop();
    }
  }

  private static String rest(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aThreadThatDoesNotComeBackGetsNoMoreRequests() {
    try (var server = serving();
        var slow = server.connect()) {
      slow.send(get("/c"));

      assertEquals(504, slow.reply().status());

      server.log().await("worker-\\d did not come back within 5 s");
      for (int i = 0; i < 20; i++) {
        assertEquals(200, server.get("/").status());
      }
      assertFalse(server.log().text().contains("has come back"));
      server.log().await("worker-\\d has come back");
      assertEquals(200, server.get("/").status());
      server.stop();
    }
  }

  @Test
  void codeThatHoldsTheGilIsNamedAndTheClientDoesNotWaitForIt() {
    try (var server = serving();
        var slow = server.connect()) {
      slow.send(get("/gil"));

      assertEquals(504, slow.reply().status());

      server.log().await("C code holds the GIL");
      assertEquals(200, server.get("/").status());
      server.stop();
    }
  }
}
