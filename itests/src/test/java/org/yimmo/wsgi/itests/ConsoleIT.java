package org.yimmo.wsgi.itests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Console;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Load;
import org.yimmo.wsgi.itests.support.Reply;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** The console of a process without a manager, one command at a time and at a terminal. */
class ConsoleIT {
  private static final String WORKER = "org.yimmo.wsgi.worker";

  private static Path runtime;
  private static Server server;
  private static Console console;

  @BeforeAll
  static void start() throws IOException {
    runtime = Files.createTempDirectory("console"); // short: it is part of a socket's path
    server =
        Yimmo.serving("switchboard:application", "-t", "2", "--timeout", "60")
            .environment("XDG_RUNTIME_DIR", runtime.toString())
            .start();
    console = new Console(runtime, server.process().pid());
  }

  @AfterAll
  static void stop() throws IOException {
    server.stop();
    assertFalse(Files.exists(folder()), "the folder of the sockets is gone");
  }

  private static Path folder() {
    return runtime.resolve("yimmo-wsgi-" + server.process().pid());
  }

  /** Begins a request that lasts until the file is there; the application has it already. */
  private static CompletableFuture<Reply> slowUntil(Path file) {
    var mark = server.process().out().mark();
    var reply = CompletableFuture.supplyAsync(() -> server.get("/slow/until" + file));
    server.process().out().await("slow request begins: until", mark);
    return reply;
  }

  @Test
  void isForItsUserAlone() throws IOException {
    assertEquals("rwx------", permissions(folder()));
    assertEquals("rw-------", permissions(folder().resolve("console")));
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void refusesAnotherUserEvenIfTheFolderIsOpen() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can become another");
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        folder().resolve("console"), PosixFilePermissions.fromString("rw-rw-rw-"));
    try {
      var mark = server.log().mark();
      var program =
          "import os, socket, sys; os.setgid(65534); os.setuid(65534);"
              + " s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
              + " sys.stdout.write(str(s.recv(99)))";
      var process =
          new ProcessBuilder(
                  "/usr/bin/python3", "-c", program, folder().resolve("console").toString())
              .start();

      assertEquals("b''", new String(process.getInputStream().readAllBytes(), US_ASCII));
      server.log().await("the console was refused to nobody", mark);
    } finally {
      Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx------"));
      Files.setPosixFilePermissions(
          folder().resolve("console"), PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void runsCommandsOfFelix() {
    assertTrue(console.shows("lb").contains("yimmo-wsgi worker"));
    assertTrue(console.shows("scr:list").contains("org.yimmo.wsgi.worker.internal.Workers"));
    assertTrue(console.shows("inspect", "cap", "service", WORKER).contains("ExchangeQueues"));
    assertEquals(
        1, console.shows("lb", "-s", "|", "grep", WORKER).lines().count(), "through a pipe");
  }

  @Test
  void givesProgramsJson() {
    assertEquals(
        "[{\"application\":\"switchboard:application\",\"state\":\"serving\",\"host\":\"*\",\"path\":\"/\",\"rank\":0}]",
        console.shows("yimmo:apps", "--json"));
  }

  @Test
  void answersTheQuestionForTheStatus() {
    var finished =
        Yimmo.with("status", "--json", Long.toString(server.process().pid()))
            .environment("XDG_RUNTIME_DIR", runtime.toString())
            .run();

    assertEquals(0, finished.status(), finished.err());
    assertTrue(finished.out().contains("\"pid\":" + server.process().pid()), finished.out());
    assertTrue(finished.out().contains("\"state\":\"serving\""), finished.out());
  }

  @Test
  void saysWhatToDoWhenACommandIsWrong() {
    assertTrue(console.refuses("nonsense").contains("help lists"));
    assertTrue(console.refuses("yimmo:apps", "x").contains("write yimmo:apps"));
    assertTrue(console.refuses("--worker", "7", "lb").contains("there is no worker 7"));
    assertTrue(console.refuses("scale", "2").contains("no command \"scale\" in this process"));
  }

  @Test
  void explainsACommandWithAnExample() {
    assertTrue(console.shows("help", "yimmo:apps").contains("Example: yimmo:apps --json"));
    assertTrue(console.shows("help").contains("yimmo:set SETTING VALUE"));
  }

  @Test
  void readsCommandsFromStandardInput() {
    var finished = console.given("echo one\nnonsense\necho two\n");

    assertEquals(1, finished.status());
    assertEquals("one\ntwo", finished.out());
    assertTrue(finished.err().contains("there is no command \"nonsense\""), finished.err());
  }

  @Test
  void showsWhatTheWorkersAreDoing() throws Exception {
    var end = Folders.fresh("console").resolve("end");
    var slow = slowUntil(end);

    var exchanges = console.shows("exchanges");
    var stacks = console.shows("stacks");
    var workers = console.shows("workers", "--json");
    var sessions = console.shows("sessions");
    Files.createFile(end);

    assertTrue(exchanges.contains("running") && exchanges.contains("/slow/until"), exchanges);
    assertTrue(stacks.contains("slow.py\", line") && stacks.contains("GET /slow/until"), stacks);
    assertTrue(workers.contains("\"state\":\"busy\""), workers);
    assertTrue(workers.contains("\"state\":\"idle\""), workers);
    assertTrue(sessions.contains("answering") && sessions.contains("127.0.0.1:"), sessions);
    assertEquals(200, slow.get().status());
  }

  @Test
  void changesALimitWithoutClosingConnections() {
    try (var wire = server.connect()) {
      assertEquals(200, wire.get("/").status());

      console.shows("set", "max-body-bytes", "100");
      var refused =
          wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200\r\n\r\n" + "x".repeat(200))
              .reply();
      console.shows("set", "max-body-bytes", "0");

      assertEquals(413, refused.status());
    }
    assertTrue(console.shows("settings", "max-body").contains("in the console"));
    assertEquals(200, server.get("/").status());
  }

  @Test
  void saysWhyASettingCannotChange() {
    assertTrue(console.refuses("set", "threads", "4").contains("is read when a process starts"));
    assertTrue(console.refuses("set", "nonsense", "4").contains("there is no setting"));
    assertTrue(console.refuses("set", "idle-timeout", "soon").contains("idle-timeout"));
    assertTrue(console.refuses("set", "timeout", "0").contains("large timeout"));
  }

  @Test
  void showsTheLogAndChangesItsLevels() {
    assertTrue(console.shows("log", "500").contains("listening on"));
    var level = console.shows("log", "--level", "session", "DEBUG", "--json");
    assertEquals("{\"logger\":\"org.yimmo.wsgi.session\",\"level\":\"DEBUG\"}", level);
    assertTrue(console.refuses("log", "--level", "session", "LOUD").contains("choose one of"));
  }

  @Test
  void tellsTheStateOfTheProcess() {
    var status = console.shows("status", "--json");

    assertTrue(status.startsWith("{\"pid\":" + server.process().pid() + ","), status);
    assertTrue(status.contains("\"state\":\"serving\""), status);
  }

  @Test
  void servesAPersonAtATerminal() {
    var finished =
        console.at(
            24,
            100,
            "await yimmo> ",
            "type sett\\t",
            "await settings",
            "type timeout\\r",
            "await idle-timeout",
            "await yimmo> ",
            "resize 30 40",
            "type yimmo:help\\r",
            "await …",
            "await yimmo> ",
            "type nonsense\\r",
            "await there is no command",
            "await yimmo> ",
            "type \\x1bOA\\r", // the line before
            "await there is no command",
            "await yimmo> ",
            "type \\x04");

    assertEquals(0, finished.status(), () -> finished.out() + finished.err());
    assertTrue(finished.out().contains("terminal as before: True"), finished.out());
  }

  @Test
  void stopsAndStartsTheWorkersWhileConnectionsStayOpen() {
    try (var wire = server.connect()) {
      assertEquals(200, wire.get("/").status());

      console.shows("stop", WORKER);
      var without = wire.get("/");
      console.shows("start", id(WORKER));
      Await.until("the connection is served again", () -> wire.get("/").status() == 200);

      assertEquals(503, without.status());
      assertTrue(without.field("Retry-After").isPresent());
    }
  }

  @Test
  void updatesTheWorkersUnderLoadWithoutLosingARequest() {
    try (var load = new Load(server::connect, "(?s).*")) {
      load.awaitAnswers(20);

      console.shows("update", WORKER);
      load.awaitAnswers(20);

      var tally = load.stop();
      assertEquals(
          List.of(),
          tally.failures().stream()
              .filter(failure -> !failure.text().contains("HTTP/1.1 503"))
              .toList(),
          tally::toString);
    }
  }

  private static String id(String symbolicName) {
    return console
        .shows("lb", "-s")
        .lines()
        .filter(line -> line.contains("|" + symbolicName + " "))
        .map(line -> line.strip().split("\\|", 2)[0])
        .findFirst()
        .orElseThrow();
  }
}
