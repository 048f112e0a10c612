package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configurations of docs/wiring.md. */
class PublicationTest {
  @TempDir Path directory;

  @Test
  void hasAPidForEachBundleThatServes() {
    var published = Call.with("m:a").published();

    assertEquals(
        Set.of(
            "org.yimmo.wsgi.proc",
            "org.yimmo.wsgi.mod",
            "org.yimmo.wsgi.context",
            "org.yimmo.wsgi.worker",
            "org.yimmo.wsgi.server"),
        published.keySet());
    assertEquals(Map.of("role", "worker"), published.get("org.yimmo.wsgi.proc"));
    assertEquals(
        Map.of("multithread", false, "multiprocess", false),
        published.get("org.yimmo.wsgi.context"));
    assertEquals(
        Map.of("threads", 1, "queue.capacity", 1024, "grace.period.millis", 30_000L),
        published.get("org.yimmo.wsgi.worker"));
  }

  @Test
  void servesNothingWhenOnlyChecking() {
    var published = Call.with("--check", "m:a").published();

    assertEquals(Set.of("org.yimmo.wsgi.proc", "org.yimmo.wsgi.mod"), published.keySet());
    assertEquals("check", published.get("org.yimmo.wsgi.proc").get("role"));
  }

  @Test
  void tellsTheServerEverything() {
    var server =
        Call.with("--max-body-bytes", "3g", "--body-memory-bytes", "64K", "--idle-timeout", "0.25")
            .published()
            .get("org.yimmo.wsgi.server");

    assertEquals(
        Set.of(
            "bind",
            "tls.cert",
            "tls.key",
            "idle.timeout.millis",
            "header.timeout.millis",
            "body.timeout.millis",
            "write.timeout.millis",
            "grace.period.millis",
            "max.line.bytes",
            "max.fields.bytes",
            "max.body.bytes",
            "body.memory.bytes",
            "max.connections",
            "transport",
            "access.log",
            "access.log.format"),
        server.keySet());
    assertArrayEquals(new String[] {"0.0.0.0:8081"}, (String[]) server.get("bind"));
    assertEquals(3L << 30, server.get("max.body.bytes"));
    assertEquals(65536, server.get("body.memory.bytes"));
    assertEquals(250L, server.get("idle.timeout.millis"));
  }

  @Test
  void makesPathsAbsolute() throws IOException {
    Files.createDirectories(directory.resolve("site/venv"));

    var call =
        Call.with("--chdir", "site", "--pythonpath", "lib:/x,y", "--python", "site/venv", "m:a")
            .and("VIRTUAL_ENV", "/venv")
            .in(directory);
    var mod = call.published().get("org.yimmo.wsgi.mod");

    assertEquals(directory.resolve("site").toString(), mod.get("chdir"));
    assertEquals(directory.resolve("site/venv").toString(), mod.get("python"));
    assertEquals("/venv", mod.get("virtual.env"));
    assertArrayEquals(
        new String[] {directory.resolve("lib").toString(), "/x", directory.resolve("y").toString()},
        (String[]) mod.get("pythonpath"));
    assertArrayEquals(
        new String[] {
          "/opt/yimmo/bin/yimmo-wsgi",
          "--chdir",
          "site",
          "--pythonpath",
          "lib:/x,y",
          "--python",
          "site/venv",
          "m:a"
        },
        (String[]) mod.get("argv"));
    assertEquals("", mod.get("bundled.python"));
  }

  @Test
  void leavesTheNameOfAProgramToThePath() {
    assertEquals(
        "python3.12",
        Call.with("--python", "python3.12").published().get("org.yimmo.wsgi.mod").get("python"));
  }

  @Test
  void findsTheBundledExample() {
    var mod = Call.with().published().get("org.yimmo.wsgi.mod");

    assertEquals("/opt/yimmo/apps", mod.get("chdir"));
    assertArrayEquals(new String[0], (String[]) mod.get("pythonpath"));
  }
}
