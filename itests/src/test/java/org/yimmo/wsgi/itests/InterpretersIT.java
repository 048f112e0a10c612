package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Each CPython of this machine, a virtual environment, and the one that ships. */
@Execution(ExecutionMode.CONCURRENT)
class InterpretersIT {
  static Stream<Path> installed() {
    return Pythons.installed().stream();
  }

  @ParameterizedTest
  @MethodSource("installed")
  void servesWithAnInstalledInterpreter(Path python) {
    try (var server = serving("--python", python.toString()).start()) {
      assertServes(server);
      assertEquals(version(python), facts(server).getFirst());
      server.stop();
    }
  }

  /** So that a report shows which of the supported releases were not there. */
  @ParameterizedTest
  @ValueSource(strings = {"3.9", "3.10", "3.11", "3.12", "3.13"})
  void aReleaseWasThereToTest(String release) {
    assumeTrue(
        Pythons.installed().stream().anyMatch(python -> version(python).startsWith(release + ".")),
        "no CPython " + release + " on this machine");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void servesWithAVirtualEnvironment(boolean asOption) {
    var folder = Folders.fresh("venv");
    var made = Pythons.run("-m", "venv", "--without-pip", folder.toString());
    assumeTrue(made.status() == 0, () -> "cannot make a virtual environment: " + made.err());

    var yimmo =
        asOption
            ? serving("--python", folder.toString())
            : serving().environment("VIRTUAL_ENV", folder.toString());

    try (var server = yimmo.start()) {
      assertServes(server);
      var facts = facts(server);
      assertEquals(folder.toString(), facts.get(1), "sys.prefix");
      assertTrue(facts.get(2).startsWith(folder.toString()), "sys.executable " + facts.get(2));
      assertTrue(
          facts.stream()
              .anyMatch(
                  path -> path.startsWith(folder.toString()) && path.endsWith("site-packages")),
          facts.toString());
      server.stop();
    }
  }

  @Test
  void servesWithTheBundledInterpreterWhenThereIsNoOther() {
    try (var server = serving().withoutPython().start()) {
      assertServes(server);
      assertTrue(facts(server).getFirst().startsWith("3.14."), facts(server).toString());
      server.stop();
    }
  }

  @Test
  void putsTheWorkingDirectoryFirstOnThePath() {
    try (var server = serving("--python", Pythons.system().toString()).start()) {
      assertEquals(Folders.fixtures().toString(), facts(server).get(4), "sys.path[0]");
    }
  }

  private static Yimmo serving(String... options) {
    var arguments =
        Stream.of(
                Stream.of("--bind", "127.0.0.1:0"),
                Stream.of(options),
                Stream.of("switchboard:application"))
            .flatMap(words -> words)
            .toArray(String[]::new);
    return Yimmo.with(arguments);
  }

  private static void assertServes(Server server) {
    try (var wire = server.connect()) {
      assertEquals("hello\n", wire.get("/hello").content());
      assertEquals(
          "abc",
          wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
              .reply()
              .content());
      assertEquals("one two three\n", wire.get("/iterables/generator").content());
      assertEquals("written, written again, returned\n", wire.get("/written").content());
      assertEquals("42", wire.get("/modules/ctypes").content());
      assertEquals(500, wire.get("/raising/error").status());
      assertEquals(500, wire.get("/raising/recursion").status());
      assertEquals(500, wire.get("/raising/system-exit").status());
      assertEquals("hello\n", wire.get("/hello").content());
    }
  }

  private static List<String> facts(Server server) {
    return server.get("/interpreter").content().lines().toList();
  }

  /** As the interpreter itself says. */
  private static String version(Path python) {
    return Pythons.run(
            "-c",
            "import subprocess, sys; print(subprocess.check_output([sys.argv[1], '-c',"
                + " 'import sys; print(\".\".join(map(str, sys.version_info[:3])))'],"
                + " text=True).strip())",
            python.toString())
        .out();
  }
}
