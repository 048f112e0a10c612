package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of the tag {@code python}, in each CPython of this machine. */
class EveryInterpreterTest {
  private static final Class<?>[] TESTS = {
    CallingTest.class,
    ContextLifeTest.class,
    FailuresTest.class,
    InterruptTest.class,
    InputTest.class,
    LoadingTest.class,
    ReferencesTest.class,
    StartResponseTest.class,
    SurroundingsTest.class,
    ThreadsTest.class,
    WebSocketTest.class,
  };
  private static final String BUNDLED =
      Path.of("target/bundled-python").toAbsolutePath().toString();
  private static final Path SYSTEM = Path.of("/usr/bin/python3");

  @TempDir Path folder;

  static Stream<Path> installed() {
    var pyenv = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
    return Stream.concat(
        Stream.of(SYSTEM),
        Stream.of("3.9.18", "3.10.13", "3.11.7", "3.12.1", "3.13.0")
            .map(version -> pyenv.resolve(version).resolve("bin/python3")));
  }

  @ParameterizedTest
  @MethodSource("installed")
  void passesAllTests(Path interpreter) throws Exception {
    assumeTrue(Files.isExecutable(interpreter), interpreter + " is not installed");

    var result = run(PythonJvm.class, Map.of(LivePython.PYTHON, interpreter.toString()));

    assertPassed(result);
  }

  @ParameterizedTest
  @MethodSource("installed")
  void passesAllTestsBesideOtherInterpreters(Path interpreter) throws Exception {
    assumeTrue(Files.isExecutable(interpreter), interpreter + " is not installed");

    var result =
        run(
            PythonJvm.class,
            Map.of(LivePython.PYTHON, interpreter.toString(), LivePython.INTERPRETER, "own"),
            InterpretersTest.class);

    assertPassedBesideOthers(result);
  }

  @Test
  void passesAllTestsWithTheBundledOne() throws Exception {
    var result = run(PythonJvm.class, Map.of(LivePython.BUNDLED, BUNDLED));

    assertPassed(result);
  }

  @Test
  void passesAllTestsBesideOtherInterpretersWithTheBundledOne() throws Exception {
    var result =
        run(
            PythonJvm.class,
            Map.of(LivePython.BUNDLED, BUNDLED, LivePython.INTERPRETER, "own"),
            InterpretersTest.class);

    assertPassedBesideOthers(result);
  }

  private PythonJvm.Result run(Class<?> main, Map<String, String> choice, Class<?>... more)
      throws Exception {
    var properties = new java.util.HashMap<>(choice);
    properties.put("yimmo.test.folder", folder.toString());
    return PythonJvm.run(
        main,
        properties,
        Map.of(
            "LD_PRELOAD",
            Path.of(System.getProperty("java.home"), "lib", "libjsig.so").toString(),
            "YIMMO_MANAGER",
            "/nowhere",
            "YIMMO_WORKER",
            "1",
            "YIMMO_GENERATION",
            "/nowhere/generation",
            "YIMMO_HOLD",
            "1",
            "XDG_CACHE_HOME",
            Path.of("target/cache").toAbsolutePath().toString()),
        Stream.concat(Stream.of(TESTS), Stream.of(more))
            .map(Class::getName)
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("installed")
  void isLeftWhileARequestIsInPython(Path interpreter) throws Exception {
    assumeTrue(Files.isExecutable(interpreter), interpreter + " is not installed");

    var result = run(LeaveJvm.class, Map.of(LivePython.PYTHON, interpreter.toString()));

    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().endsWith("atexit function ran\nleft\n"), result.output());
  }

  private static void assertPassed(PythonJvm.Result result) {
    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("atexit function ran"), result.output());
    assertTrue(result.output().contains("Python has ended"), result.output());
  }

  private static void assertPassedBesideOthers(PythonJvm.Result result) {
    assertPassed(result);
    assertTrue(result.output().contains("atexit function of another ran"), result.output());
  }
}
