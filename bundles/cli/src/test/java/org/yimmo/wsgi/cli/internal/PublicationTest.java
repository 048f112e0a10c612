package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

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
    assertEquals(Map.of("role", "worker", "pid.file", ""), published.get("org.yimmo.wsgi.proc"));
    assertEquals(
        Map.of(
            "multithread",
            false,
            "multiprocess",
            false,
            "may.be.empty",
            false,
            "secure",
            false,
            "warmup.timeout.millis",
            60_000L,
            "grace.period.millis",
            30_000L),
        published.get("org.yimmo.wsgi.context"));
    assertEquals(
        Map.of(
            "threads",
            1,
            "queue.capacity",
            1024,
            "timeout.millis",
            0L,
            "grace.period.millis",
            30_000L),
        published.get("org.yimmo.wsgi.worker"));
  }

  @Test
  void isNothingButAManagerForSeveralProcesses() {
    var published =
        Call.with("-p", "3", "-b", "a:1,b:2", "--pid", "/tmp/p", "--warmup", "/a", "m:a")
            .published();

    assertEquals(Set.of("org.yimmo.wsgi.proc"), published.keySet());
    var proc = new HashMap<>(published.get("org.yimmo.wsgi.proc"));
    assertArrayEquals(new String[] {"a:1", "b:2"}, (String[]) proc.remove("bind"));
    assertEquals(ProgramVersion.text(), proc.remove("version"));
    assertEquals(false, proc.remove("deploy"));
    assertArrayEquals(new String[] {"/a"}, (String[]) proc.remove("warmup"));
    assertArrayEquals(
        new String[] {
          "/opt/yimmo/bin/yimmo-wsgi",
          "-p",
          "3",
          "-b",
          "a:1,b:2",
          "--pid",
          "/tmp/p",
          "--warmup",
          "/a",
          "m:a"
        },
        (String[]) proc.remove("command"));
    assertEquals(
        Map.of(
            "role",
            "manager",
            "processes",
            3,
            "grace.period.millis",
            30_000L,
            "boot.timeout.millis",
            60_000L,
            "silence.timeout.millis",
            10_000L,
            "max.requests",
            0L,
            "max.requests.jitter",
            0L,
            "max.worker.age.millis",
            0L,
            "max.worker.memory.bytes",
            0L,
            "pid.file",
            "/tmp/p"),
        proc);
  }

  @ParameterizedTest
  @CsvSource({
    "--max-requests, 1000, max.requests, 1000",
    "--max-worker-age, 86400.5, max.worker.age.millis, 86400500",
    "--max-worker-memory, 512m, max.worker.memory.bytes, 536870912"
  })
  void isAManagerAlsoForOneProcessThatIsReplaced(
      String option, String text, String property, long value) {
    var proc = Call.with(option, text, "m:a").published().get("org.yimmo.wsgi.proc");

    assertEquals("manager", proc.get("role"));
    assertEquals(1, proc.get("processes"));
    assertEquals(value, proc.get(property));
  }

  @ParameterizedTest
  @CsvSource({"4711, 1, manager", "4711, 0, worker", "4712, 1, worker", "4711, x, worker"})
  void isAManagerForTheSocketsThatSystemdPassesToIt(String pid, String sockets, String role) {
    var proc =
        Call.with("m:a")
            .and("LISTEN_PID", pid)
            .and("LISTEN_FDS", sockets)
            .published()
            .get("org.yimmo.wsgi.proc");

    assertEquals(role, proc.get("role"));
  }

  @Test
  void takesTheListeningSocketsOfItsManager() {
    var published =
        Call.with("-p", "3", "m:a")
            .and("YIMMO_MANAGER", "/run/m")
            .and("YIMMO_WORKER", "2")
            .published();

    assertEquals(
        Map.of("role", "worker", "manager.folder", "/run/m", "worker.number", 2),
        published.get("org.yimmo.wsgi.proc"));
    assertArrayEquals(
        new String[] {"manager:/run/m/sockets"},
        (String[]) published.get("org.yimmo.wsgi.server").get("bind"));
    assertEquals(true, published.get("org.yimmo.wsgi.context").get("multiprocess"));
  }

  @ParameterizedTest
  @CsvSource({"1, m:a", "3, m:a", "1, ''"})
  void isAManagerThatDeploysWhereThereIsAFolderForIt(int processes, String application) {
    var folder = directory.resolve("drops");
    var arguments = new ArrayList<>(List.of("-p", "" + processes, "--deploy", folder.toString()));
    if (!application.isEmpty()) {
      arguments.add(application);
    }

    var published = Call.with(arguments.toArray(String[]::new)).published();

    assertEquals(Set.of("org.yimmo.wsgi.proc", "org.yimmo.wsgi.deploy"), published.keySet());
    assertEquals("manager", published.get("org.yimmo.wsgi.proc").get("role"));
    assertEquals(true, published.get("org.yimmo.wsgi.proc").get("deploy"));
    assertEquals(processes, published.get("org.yimmo.wsgi.proc").get("processes"));
    assertEquals(
        Map.of(
            "role",
            "manager",
            "folder",
            folder.toString(),
            "store",
            folder + "/.yimmo",
            "versions.kept",
            5),
        published.get("org.yimmo.wsgi.deploy"));
  }

  @Test
  void servesTheGenerationOfItsManager() {
    var published =
        Call.with("--deploy", directory.toString())
            .and("YIMMO_MANAGER", "/run/m")
            .and("YIMMO_WORKER", "2")
            .and("YIMMO_GENERATION", "/drops/.yimmo/generation-3.properties")
            .and("YIMMO_HOLD", "1")
            .published();

    assertEquals(
        Map.of("role", "worker", "generation", "/drops/.yimmo/generation-3.properties"),
        published.get("org.yimmo.wsgi.deploy"));
    assertEquals(true, published.get("org.yimmo.wsgi.server").get("hold"));
    assertEquals("", published.get("org.yimmo.wsgi.mod").get("module"));
    assertEquals(true, published.get("org.yimmo.wsgi.context").get("may.be.empty"));
  }

  @Test
  void usesTheDeployFolderOfTheDistributionWhenSomethingIsInIt() throws IOException {
    var folder = Files.createDirectory(directory.resolve("deploy"));
    Files.writeString(folder.resolve("README.txt"), "what this folder is for");
    Files.createDirectory(folder.resolve(".yimmo"));
    assertEquals(
        "welcome", Call.with().from(directory).published().get("org.yimmo.wsgi.mod").get("module"));

    Files.writeString(folder.resolve("hello.py"), "");

    assertEquals(
        folder.toString(),
        Call.with().from(directory).published().get("org.yimmo.wsgi.deploy").get("folder"));
    assertEquals(
        "m", Call.with("m:a").from(directory).published().get("org.yimmo.wsgi.mod").get("module"));
  }

  /** The drops may be others by then, or gone: what serves is what the manager says. */
  @Test
  void doesNotLookIntoThatFolderAsAWorker() throws IOException {
    var folder = Files.createDirectory(directory.resolve("deploy"));
    var worker =
        Call.with().from(directory).and("YIMMO_MANAGER", "/run/m").and("YIMMO_WORKER", "2");

    var served = worker.and("YIMMO_GENERATION", "/g").published();
    Files.writeString(folder.resolve("hello.py"), "");
    var bundled = worker.published();

    assertEquals("", served.get("org.yimmo.wsgi.mod").get("module"));
    assertEquals("welcome", bundled.get("org.yimmo.wsgi.mod").get("module"));
  }

  @Test
  void makesABundleAndServesNothing() throws IOException {
    Files.createDirectory(directory.resolve("shop"));
    var make =
        assertInstanceOf(
            Outcome.Make.class,
            Call.with("bundle", "shop", "-o", "shop.jar").in(directory).invocation().outcome());

    var published = Publication.of(make.command());

    assertEquals(Map.of("role", "check"), published.get("org.yimmo.wsgi.proc"));
    assertEquals(
        Map.of(
            "role",
            "bundle",
            "source",
            directory.resolve("shop").toString(),
            "output",
            directory.resolve("shop.jar").toString(),
            "requirements",
            ""),
        published.get("org.yimmo.wsgi.deploy"));
    assertEquals(2, published.size());
  }

  @Test
  void servesNothingWhenOnlyChecking() {
    var published = Call.with("--check", "m:a").published();

    assertEquals(Set.of("org.yimmo.wsgi.proc", "org.yimmo.wsgi.mod"), published.keySet());
    assertEquals("check", published.get("org.yimmo.wsgi.proc").get("role"));
  }

  @Test
  void switchesHttp2Off() {
    var server = Call.with("--no-http2").published().get("org.yimmo.wsgi.server");
    var byDefault = Call.with().published().get("org.yimmo.wsgi.server");

    assertEquals(false, server.get("http2"));
    assertEquals(true, byDefault.get("http2"));
    assertEquals(100, byDefault.get("http2.max.concurrent.streams"));
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
            "hold",
            "warmup",
            "warmup.timeout.millis",
            "forwarded.allow.ips",
            "http2",
            "http2.max.concurrent.streams",
            "proxy.protocol",
            "tls.cert",
            "tls.key",
            "tls.key.password",
            "tls.ca.certs",
            "tls.cert.reqs",
            "tls.ciphers",
            "tls.provider",
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
    assertEquals(60_000L, server.get("warmup.timeout.millis"));
    assertEquals(3L << 30, server.get("max.body.bytes"));
    assertEquals(65536, server.get("body.memory.bytes"));
    assertEquals(250L, server.get("idle.timeout.millis"));
  }

  @Test
  void hasAllPathsOfTheWarmUp() {
    var server =
        Call.with("--warmup", "/a?b,c", "--warmup", "https://shop.example/health")
            .published()
            .get("org.yimmo.wsgi.server");

    assertArrayEquals(
        new String[] {"/a?b,c", "https://shop.example/health"}, (String[]) server.get("warmup"));
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
