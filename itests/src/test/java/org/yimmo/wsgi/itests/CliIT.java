package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Yimmo;
import org.yimmo.wsgi.itests.support.Yimmo.Finished;

/** What a user types, and what comes of it. */
@Execution(ExecutionMode.CONCURRENT)
class CliIT {
  private static final String PYTHON = Pythons.system().toString();

  // --- usage errors

  static Stream<Arguments> usageErrors() {
    return Stream.of(
        argumentSet("unknown option", List.of("--nonsense"), "--nonsense"),
        argumentSet("port no number", List.of("--port", "abc", "hello"), "abc"),
        argumentSet("port out of range", List.of("--port", "65536", "hello"), "65536"),
        argumentSet("no processes", List.of("-p", "0", "hello"), "0"),
        argumentSet("no threads", List.of("-t", "-1", "hello"), "-1"),
        argumentSet("unknown level", List.of("-l", "LOUD", "hello"), "LOUD"),
        argumentSet("missing value", List.of("hello", "--port"), "port"),
        argumentSet("bad address", List.of("--bind", "nonsense", "hello"), "nonsense"),
        argumentSet("missing file", List.of("-c", "/nowhere/x.yml", "hello"), "/nowhere/x.yml"),
        argumentSet("missing directory", List.of("--chdir", "/nowhere", "hello"), "/nowhere"),
        argumentSet("two applications", List.of("hello", "factory"), "factory"),
        argumentSet(
            "certificate without key", List.of("--certfile", "/etc/passwd", "hello"), "key"));
  }

  @ParameterizedTest
  @MethodSource("usageErrors")
  void answersAUsageErrorWithOneSentence(List<String> arguments, String named) {
    var finished = Yimmo.with(arguments.toArray(String[]::new)).run();

    assertSentence(2, named, finished);
  }

  static Stream<Arguments> environmentErrors() {
    return Stream.of(
        argumentSet("port", "YIMMO_WSGI_PORT", "eighty"),
        argumentSet("processes", "YIMMO_WSGI_NO_PROC", "many"),
        argumentSet("level", "YIMMO_LOG_LEVEL", "LOUD"),
        argumentSet("timeout", "YIMMO_SERVER_IDLE_TIMEOUT", "soon"));
  }

  @ParameterizedTest
  @MethodSource("environmentErrors")
  void namesTheVariableWithABadValue(String variable, String value) {
    var finished = Yimmo.with("hello").environment(variable, value).run();

    assertSentence(2, variable, finished);
    assertTrue(finished.err().contains(value), finished.err());
  }

  static Stream<Arguments> fileErrors() {
    return Stream.of(
        argumentSet("unknown key", "wsgi:\n  prot: 8081\n", "prot"),
        argumentSet("unknown section", "wsgy:\n  port: 8081\n", "wsgy"),
        argumentSet("bad port", "wsgi:\n  port: 70000\n", "70000"),
        argumentSet("bad type", "wsgi:\n  port: [1, 2]\n", "port"),
        argumentSet("not YAML", "wsgi: [\n", "settings.yml"),
        argumentSet("not a mapping", "- a\n- b\n", "settings.yml"));
  }

  @ParameterizedTest
  @MethodSource("fileErrors")
  void namesTheFileWithABadValue(String content, String named) throws IOException {
    var file = Files.writeString(Folders.fresh("cli").resolve("settings.yml"), content);

    var finished = Yimmo.with("-c", file.toString(), "hello").run();

    assertSentence(2, named, finished);
    assertTrue(finished.err().contains("settings.yml"), finished.err());
  }

  private static void assertSentence(int status, String named, Finished finished) {
    assertEquals(status, finished.status(), finished.toString());
    assertEquals("", finished.out());
    assertEquals(1, finished.err().strip().lines().count(), finished.err());
    assertTrue(finished.err().contains(named), finished.err());
    assertNoStackTrace(finished);
  }

  private static void assertNoStackTrace(Finished finished) {
    assertFalse(finished.err().contains("\tat "), finished.err());
    assertFalse(finished.err().contains("java."), finished.err());
  }

  // --- commands

  @Test
  void showsTheUsage() {
    var finished = Yimmo.with("--help").run();

    assertEquals(0, finished.status(), finished.err());
    for (var option :
        List.of(
            "-c",
            "--config",
            "-l",
            "--log-level",
            "-P",
            "--port",
            "-p",
            "--no-proc",
            "-t",
            "--no-threads",
            "-h",
            "--help",
            "--bind",
            "--chdir",
            "--pythonpath",
            "--python",
            "--check",
            "--version",
            "--print-config",
            "--access-log",
            "MODULE",
            "YIMMO_WSGI_PORT")) {
      assertTrue(finished.out().contains(option), option + " is missing in\n" + finished.out());
    }
  }

  @Test
  void showsTheVersion() {
    var finished = Yimmo.with("--version").run();

    assertEquals(0, finished.status(), finished.err());
    assertTrue(finished.out().matches("(?s)yimmo-wsgi \\d+\\.\\d+\\.\\d+.*"), finished.out());
  }

  @Test
  void showsEachSettingWithItsSource() throws IOException {
    var file =
        Files.writeString(
            Folders.fresh("cli").resolve("settings.yml"),
            "log_level: DEBUG\nwsgi:\n  port: 9001\n  no_threads: 3\n");

    var finished =
        Yimmo.with("-c", file.toString(), "-t", "4", "--print-config", "hello")
            .environment("YIMMO_WSGI_PORT", "9002")
            .run();

    assertEquals(0, finished.status(), finished.err());
    assertLine(finished.out(), "port", "9002", "YIMMO_WSGI_PORT");
    assertLine(finished.out(), "no_threads", "4", "-t");
    assertLine(finished.out(), "log_level", "DEBUG", "settings.yml");
    assertLine(finished.out(), "no_proc", "1", "default");
  }

  private static void assertLine(String text, String... words) {
    assertTrue(
        text.lines().anyMatch(line -> Stream.of(words).allMatch(line::contains)),
        () -> "no line has all of " + List.of(words) + ":\n" + text);
  }

  // --- --check and applications that cannot be loaded

  @Test
  void checksAGoodApplication() {
    var finished = check("hello:application");

    assertEquals(0, finished.status(), finished.toString());
    assertTrue((finished.out() + finished.err()).contains("hello"), finished.toString());
  }

  static Stream<Arguments> good() {
    return Stream.of(
        argumentSet("attribute by default", "hello"),
        argumentSet("call", "factory:create_app()"),
        argumentSet("call with arguments", "factory:create_app(\"a:b\", mark='?')"),
        argumentSet("object", "factory:site"),
        argumentSet("dotted attribute", "factory:Site().__call__"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void takesAnAttributeOrAnExpression(String application) {
    var finished = check(application);

    assertEquals(0, finished.status(), finished.toString());
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        argumentSet("no module", "there_is_no_module:app", "there_is_no_module", false),
        argumentSet("no module inside", "broken_import", "there_is_no_such_module", true),
        argumentSet("syntax error", "broken_syntax", "broken_syntax.py", false),
        argumentSet("import fails", "broken_raises", "ConnectionError: no database here", true),
        argumentSet("import exits", "broken_exit", "configuration is missing", false),
        argumentSet("no attribute", "hello:nothing", "nothing", false),
        argumentSet("not callable", "factory:not_callable", "callable", false),
        argumentSet("expression fails", "factory:create_app(1, 2)", "TypeError", false),
        argumentSet("bad expression", "factory:create_app(", "create_app(", false));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void checksABadApplication(String application, String named, boolean traceback) {
    var finished = check(application);

    assertEquals(4, finished.status(), finished.toString());
    assertTrue(finished.err().contains(named), finished.err());
    if (traceback) {
      assertTrue(finished.err().contains("Traceback"), finished.err());
    }
    assertNoStackTrace(finished);
  }

  @Test
  void doesNotServeABadApplication() {
    var finished = Yimmo.with("--bind", "127.0.0.1:0", "--python", PYTHON, "broken_raises").run();

    assertEquals(4, finished.status(), finished.toString());
    assertTrue(finished.err().contains("broken_raises.py"), finished.err());
    assertTrue(finished.err().contains("ConnectionError: no database here"), finished.err());
    assertFalse(finished.err().toLowerCase(Locale.ROOT).contains("listening"));
    assertNoStackTrace(finished);
  }

  @Test
  void findsModulesInChdirAndPythonpath() {
    var finished =
        Yimmo.with(
                "--check",
                "--python",
                PYTHON,
                "--chdir",
                Folders.example("plain").toString(),
                "--pythonpath",
                Folders.fixtures().toString(),
                "atexit_file")
            .environment("MARKER", Folders.fresh("cli").resolve("marker").toString())
            .directory(Path.of("/"))
            .run();

    assertEquals(0, finished.status(), finished.toString());
  }

  private static Finished check(String application) {
    return Yimmo.with("--check", "--python", PYTHON, application).run();
  }

  // --- Python

  @Test
  void saysThatThereIsNoSuchInterpreter() {
    var finished = Yimmo.with("--check", "--python", "/nowhere/python3", "hello").run();

    assertTrue(List.of(2, 5).contains(finished.status()), finished.toString());
    assertTrue(finished.err().contains("/nowhere/python3"), finished.err());
    assertNoStackTrace(finished);
  }

  @Test
  void saysThatAnInterpreterHasNoSharedLibrary() throws IOException {
    var python = interpreterWithoutLibrary();

    var finished = Yimmo.with("--check", "--python", python.toString(), "hello").run();

    assertEquals(5, finished.status(), finished.toString());
    assertTrue(finished.err().contains("has no shared library"), finished.err());
    assertNoStackTrace(finished);
  }

  /** An interpreter that was built without --enable-shared, as far as it tells about itself. */
  private static Path interpreterWithoutLibrary() throws IOException {
    var folder = Folders.fresh("static-python");
    var python = folder.resolve("python3");
    Files.writeString(
        python,
        """
        #!/bin/sh
        while [ "$1" != -c ]; do shift; done
        exec %s -I -S -c '
        import sys, sysconfig
        sysconfig.get_config_vars().update(
            Py_ENABLE_SHARED=0, LDLIBRARY="libpython0.a", INSTSONAME="libpython0.a",
            LIBDIR="/nowhere", LIBPL="/nowhere", MULTIARCH="", VERSION="0", LDVERSION="0",
        )
        sys.base_prefix = sys.base_exec_prefix = sys.prefix = "/nowhere"
        exec(sys.argv[1])' "$2"
        """
            .formatted(PYTHON));
    assertTrue(python.toFile().setExecutable(true));
    return python;
  }

  @Test
  void saysThatSomethingIsNoInterpreter() {
    var finished = Yimmo.with("--check", "--python", "/bin/true", "hello").run();

    assertEquals(5, finished.status(), finished.toString());
    assertTrue(finished.err().contains("/bin/true"), finished.err());
    assertNoStackTrace(finished);
  }

  // --- listening

  @Test
  void saysThatThePortIsInUse() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = other.getLocalPort();

      var finished = Yimmo.with("--bind", "127.0.0.1:" + port, "--python", PYTHON, "hello").run();

      assertEquals(3, finished.status(), finished.toString());
      assertTrue(finished.err().contains(Integer.toString(port)), finished.err());
      assertTrue(finished.err().contains("in use"), finished.err());
      assertNoStackTrace(finished);
    }
  }

  @Test
  void servesABundledApplicationWithoutArguments() {
    try (var server =
        Yimmo.with("--bind", "127.0.0.1:0", "--python", PYTHON).directory(Path.of("/")).start()) {
      var reply = server.get("/");

      assertEquals(200, reply.status());
      assertTrue(reply.content().contains("yimmo-wsgi"), reply.content());
    }
  }

  @Test
  void tellsWhatItStarted() {
    try (var server = Yimmo.serving("hello", "-t", "3").start()) {
      server.log().await("yimmo-wsgi \\d+\\.\\d+");
      server.log().await("Python 3\\.\\d+\\.\\d+");
      server.log().await("listening");
      server.log().await("threads: 3");
      server.log().await("" + server.process().pid());
    }
  }

  @Test
  void saysThatNothingIsRunning() {
    var nowhere = Folders.fresh("status").toString();

    var finished =
        Yimmo.with("status")
            .environment("XDG_RUNTIME_DIR", nowhere)
            .environment("TMPDIR", nowhere)
            .run();

    assertEquals(1, finished.status());
    assertEquals("", finished.out());
    assertEquals("yimmo-wsgi: no yimmo-wsgi of yours is running", finished.err());
  }
}
