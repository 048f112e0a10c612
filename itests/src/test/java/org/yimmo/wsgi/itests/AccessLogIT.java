package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Yimmo;

/** The access log: a line for each request, safe whatever the client sends. */
@Execution(ExecutionMode.CONCURRENT)
class AccessLogIT {
  private static final String EVIL = "a\\\"b\u00e9<\t>";

  @Test
  void isOffByDefault() {
    try (var server = Yimmo.serving("hello").start()) {
      server.get("/find-me");
      server.stop();

      assertTrue(!server.process().out().text().contains("find-me"));
      assertTrue(!server.log().text().contains("find-me"));
    }
  }

  @Test
  void writesTheCombinedFormatToStandardOutput() {
    try (var server = Yimmo.serving("hello", "--access-log", "-").start();
        var wire = server.connect()) {
      wire.send(get("/a?b=c", "User-Agent: test/1", "Referer: http://r.test/")).reply();

      server
          .process()
          .out()
          .await(
              "^127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] "
                  + "\"GET /a\\?b=c HTTP/1\\.1\" 200 6 \"http://r\\.test/\" \"test/1\"");
    }
  }

  @Test
  void escapesWhatAClientSends() throws IOException {
    var file = Folders.fresh("log").resolve("access.log");
    try (var server = Yimmo.serving("hello", "--access-log", file.toString()).start();
        var wire = server.connect()) {
      wire.send(get("/%22%0A", "User-Agent: " + EVIL)).reply();

      server.stop();
    }

    var lines = Files.readAllLines(file);
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("\"GET /%22%0A HTTP/1.1\""), lines.toString());
    assertTrue(lines.getFirst().contains("a\\\\\\\"b"), lines.toString());
    assertTrue(lines.getFirst().chars().allMatch(c -> c >= ' ' && c < 0x7f), lines.toString());
  }

  @Test
  void writesJson() throws IOException {
    var file = Folders.fresh("log").resolve("access.json");
    try (var server =
            Yimmo.serving("hello", "--access-log", file.toString(), "--access-log-format", "json")
                .start();
        var wire = server.connect()) {
      wire.send(get("/a?b=c", "User-Agent: " + EVIL)).reply();
      wire.send("BAD\r\n\r\n").reply();

      server.stop();
    }

    var parsed =
        Pythons.run(
            "-c",
            "import json, sys\nfor line in open(sys.argv[1]): print(sorted(map(str,"
                + " json.loads(line).values())))",
            file.toString());
    assertEquals(0, parsed.status(), parsed.err());
    var first = parsed.out().lines().findFirst().orElse("");
    for (var expected : List.of("'GET'", "200", "127.0.0.1", "<\\t>")) {
      assertTrue(first.contains(expected), parsed.out());
    }
  }

  @Test
  void appendsToAFile() throws IOException {
    var file = Files.writeString(Folders.fresh("log").resolve("access.log"), "earlier\n");
    try (var server = Yimmo.serving("hello", "--access-log", file.toString()).start()) {
      server.get("/");
      Await.value("a line", () -> second(file));
      server.stop();
    }

    assertEquals("earlier", Files.readAllLines(file).getFirst());
  }

  private static Optional<String> second(Path file) {
    try {
      return Files.readAllLines(file).stream().skip(1).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
