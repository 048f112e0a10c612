package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Reply;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** How a process lives, what it survives, and how it ends. */
@Execution(ExecutionMode.CONCURRENT)
class LifeIT {
  @Test
  void finishesWhatIsInFlightWhenItIsStopped() throws IOException {
    var marker = Folders.fresh("life").resolve("marker");
    try (var server =
            Yimmo.serving("atexit_file").environment("MARKER", marker.toString()).start();
        var idle = server.connect();
        var busy = server.connect()) {
      assertTrue(idle.survives());
      busy.send(get("/slow/1"));
      server.process().out().await("slow request begins");

      server.process().terminate();

      var reply = busy.reply();
      assertEquals("slow\n", reply.content());
      assertTrue(busy.ended());
      assertTrue(idle.ended(), "an idle connection is closed");
      assertEquals(0, server.process().awaitExit(), () -> server.log().text());
      assertThrows(UncheckedIOException.class, () -> Wire.to(server.port()));
      assertEquals("atexit ran\n", Files.readString(marker));
    }
  }

  @Test
  void acceptsNothingNewWhileItFinishes() {
    try (var server = Yimmo.serving("switchboard:application").start();
        var busy = server.connect()) {
      busy.send(get("/slow/2"));
      server.process().out().await("slow request begins");

      server.process().terminate();

      Await.until("the port is closed", () -> !accepts(server.port()));
      assertTrue(server.process().alive());
      assertEquals("slow\n", busy.reply().content());
      assertEquals(0, server.process().awaitExit());
    }
  }

  private static boolean accepts(int port) {
    try (var wire = Wire.to(port)) {
      return wire.localPort() > 0;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  @Test
  void finishesAStreamWhenItIsStopped() {
    try (var server = Yimmo.serving("switchboard:application").start();
        var busy = server.connect()) {
      busy.send(get("/slow/chunks/5"));
      var head = busy.head();

      server.process().terminate();

      assertEquals(200, head.status());
      assertTrue(rest(busy).contains("chunk 4\n"));
      assertEquals(0, server.process().awaitExit());
    }
  }

  private static String rest(Wire wire) {
    try {
      return new String(wire.stream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void endsWhenTheGracePeriodIsOver() {
    try (var server = Yimmo.serving("switchboard:application", "--grace-period", "1").start();
        var busy = server.connect()) {
      busy.send(get("/slow/600"));
      server.process().out().await("slow request begins");

      server.process().terminate();

      server.process().awaitExit();
      assertTrue(busy.ended());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void anInterruptBreaksOffWhatIsInFlight(String processes) {
    try (var server =
            Yimmo.serving(
                    "switchboard:application", "--grace-period", "600", "--no-proc", processes)
                .start();
        var idle = server.connect();
        var busy = server.connect()) {
      assertTrue(idle.survives());
      busy.send(get("/slow/600"));
      server.process().out().await("slow request begins");

      server.process().signal("INT");

      assertTrue(busy.ended());
      assertTrue(idle.ended());
      server.process().awaitExit();
      assertThrows(UncheckedIOException.class, () -> Wire.to(server.port()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"signals_at_import", "background_thread", "faults"})
  void stopsWhateverTheApplicationDoes(String application) {
    try (var server = Yimmo.serving(application).start()) {
      assertEquals(200, server.get("/hello").status());

      server.stop();
    }
  }

  @Test
  void canBeStartedAgainOnTheSamePort() {
    try (var first = Yimmo.serving("hello").start()) {
      var port = first.port();
      try (var kept = first.connect()) {
        assertTrue(kept.survives());
        first.stop();
      }

      try (var second = Yimmo.serving("hello", "--bind", "127.0.0.1:" + port).start();
          var wire = Wire.to(port)) {
        assertEquals(200, wire.get("/").status());
        second.stop();
      }
    }
  }

  @Test
  void leavesNothingInTheTemporaryFolder() throws IOException {
    var temporary = Folders.fresh("tmp");
    try (var server =
        Yimmo.serving("switchboard:application", "--body-memory-bytes", "1k")
            .environment("TMPDIR", temporary.toString())
            .start()) {
      try (var wire = server.connect()) {
        wire.send(
            "POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
                + "x".repeat(100_000));
        assertEquals(200, wire.reply().status());
      }
      server.stop();
    }

    try (var files = Files.list(temporary)) {
      assertEquals(List.of(), files.toList());
    }
  }

  /** One process that survives all of this. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  @Execution(ExecutionMode.SAME_THREAD)
  class Surviving {
    private Server server;

    @BeforeAll
    void start() {
      server = Yimmo.serving("faults").start();
    }

    @AfterAll
    void stop() {
      server.stop();
    }

    @Test
    void aClientThatHangsUpInTheMiddleOfAResponse() throws IOException {
      for (var i = 0; i < 5; i++) {
        try (var wire = server.connect()) {
          wire.send(get("/streams/50")).head();
          assertEquals(100_000, wire.stream().readNBytes(100_000).length);
        }
        try (var wire = server.connect()) {
          wire.send(get("/streams/50")).head();
          wire.reset();
        }
      }

      assertEquals(200, server.get("/hello").status());
    }

    @Test
    void deepRecursion() {
      for (var i = 0; i < 3; i++) {
        assertEquals(500, server.get("/raising/recursion").status());
      }

      assertEquals(200, server.get("/hello").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"system-exit", "system-exit-raise", "keyboard-interrupt"})
    void attemptsToLeave(String kind) {
      assertEquals(500, server.get("/raising/" + kind).status());

      assertEquals(200, server.get("/hello").status());
    }

    @Test
    void faulthandlerAndTheSignalsThatTheJvmItselfUses() {
      // Enough requests for compiled code, in which the JVM finds null references by SIGSEGV.
      try (var wire = server.connect()) {
        for (var i = 0; i < 20; i++) {
          wire.send(get("/hello").repeat(500));
          for (var j = 0; j < 500; j++) {
            assertEquals(200, wire.reply().status());
          }
        }
      }

      assertFalse(server.log().text().contains("Fatal Python error"), server.log().text());
    }

    @Test
    void attemptsToHandleSignals() {
      var content = server.get("/signals").content();

      assertTrue(content.matches("registered|ValueError: signal only works .*"), content);
    }

    @Test
    void threads() {
      var first = answer(server.get("/threads"));
      var second = answer(server.get("/threads"));

      assertEquals("499500", first[1]);
      assertEquals(Integer.parseInt(first[0]) + 1, Integer.parseInt(second[0]), "a local lasts");
    }

    private static String[] answer(Reply reply) {
      assertEquals(200, reply.status());
      return reply.content().split(" ", -1);
    }

    @ParameterizedTest
    @CsvSource({
      "sqlite, 42",
      "ssl, CERT_REQUIRED",
      "ctypes, 42",
      "asyncio, 42",
      "decimal, 0.3",
      "subprocess, child",
    })
    void cExtensions(String module, String result) {
      assertEquals(result, server.get("/modules/" + module).content());
    }

    @Test
    void numpy() {
      Pythons.require("numpy");

      assertEquals("45", server.get("/modules/numpy").content());
    }

    @Test
    void theModuleYimmo() {
      assertEquals(
          List.of(
              "version str",
              "context yimmo.Context",
              "start_response write read readline readlines __iter__"),
          server.get("/yimmo_module").content().lines().toList());
    }
  }
}
