package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.python;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;

/** Applications of several interpreters in one process, each in a world of its own. */
@Tag("python")
class InterpretersTest {
  private static final long DEADLINE_SECONDS = 60;

  /** Answers with what the query string, a Python expression, evaluates to. */
  private static final String EVALUATE =
      """
      def app(environ, start_response):
          start_response("200 OK", [])
          return [str(eval(environ["QUERY_STRING"], globals())).encode()]
      """;

  @TempDir Path folder;
  private Path one;
  private Path other;

  @BeforeEach
  void makeFolders() throws Exception {
    one = Files.createDirectory(folder.resolve("one"));
    other = Files.createDirectory(folder.resolve("other"));
  }

  private static Application load(Interpreter interpreter, Path folder, String... environment)
      throws Exception {
    var surroundings =
        new Surroundings.Deployment(List.of(folder.toString()), "", List.of(environment));
    return python().load(new Settings("deployed", "app", surroundings), interpreter);
  }

  /** The application of a folder, in an interpreter of its own. */
  private static Application deployed(Path folder, String source, String... environment)
      throws Exception {
    Files.writeString(folder.resolve("deployed.py"), source);
    return load(python().another(), folder, environment);
  }

  private static String ask(Application application, String expression) throws Exception {
    var environ = new FakeEnviron().with("QUERY_STRING", expression);
    return serve(application, environ, new FakeStartResponse()).content();
  }

  @Test
  void twoVersionsOfAPackageServeSideBySide() throws Exception {
    var source =
        """
        import framework.version, sys
        from framework import greet as app
        """;
    for (var folder : List.of(one, other)) {
      var framework = Files.createDirectory(folder.resolve("framework"));
      Files.writeString(framework.resolve("version.py"), "NUMBER = '%s'\n".formatted(folder));
      Files.writeString(
          framework.resolve("__init__.py"),
          """
          from .version import NUMBER
          def greet(environ, start_response):
              start_response("200 OK", [("X-Framework", NUMBER)])
              from framework import version
              return [version.NUMBER.encode()]
          """);
    }
    var first = deployed(one, source);
    var second = deployed(other, source);

    onWorker(() -> {
      for (int i = 0; i < 3; i++) {
        assertEquals(one.toString(), ask(first, ""));
        assertEquals(other.toString(), ask(second, ""));
      }
      return null;
    });
  }

  @Test
  void eachHasModulesAndPathsOfItsOwn() throws Exception {
    var first = deployed(one, EVALUATE + "import sys, wave\nsys.path.append('/first')\n");
    var second = deployed(other, EVALUATE + "import sys\n");

    onWorker(() -> {
      assertEquals(one.toString(), ask(first, "sys.path[0]"));
      assertEquals(other.toString(), ask(second, "sys.path[0]"));
      assertEquals("True", ask(first, "'/first' in sys.path"));
      assertEquals("False", ask(second, "'/first' in sys.path"));
      assertEquals("True", ask(first, "'wave' in sys.modules"));
      assertEquals("False", ask(second, "'wave' in sys.modules"));
      assertEquals("['yimmo-wsgi']", ask(first, "sys.argv"));
      return null;
    });
  }

  @Test
  void eachHasAnEnvironmentOfItsOwnWhichItsChildrenInherit() throws Exception {
    var source =
        EVALUATE
            + """
            import os, subprocess, sys
            def child(command):
                return subprocess.run(command, shell=True, stdout=subprocess.PIPE).stdout.decode()
            """;
    var first = deployed(one, source + "os.environ['SET'] = 'here'\n", "COLOR=red", "A=b=c");
    var second = deployed(other, source, "COLOR=blue");
    var outside = LivePython.application(source);

    onWorker(() -> {
      assertEquals(
          "red b=c here", ask(first, "' '.join(map(os.environ.get, ['COLOR','A','SET']))"));
      assertEquals("blue None", ask(second, "'%(COLOR)s' % os.environ + f' {os.getenv(\"SET\")}'"));
      assertEquals("None", ask(outside, "os.environ.get('SET')"));
      var echo = "child('echo $COLOR,$SET,${PATH:+path}')";
      assertEquals("red,here,path\n", ask(first, echo));
      assertEquals("blue,,path\n", ask(second, echo));
      assertEquals(",,path\n", ask(outside, echo));
      assertEquals("0", ask(first, "os.system('test $SET = here')"));
      assertEquals("1792", ask(second, "os.system('exit 7')"));
      assertEquals("red\n", ask(first, "os.popen('echo $COLOR').read()"));
      assertEquals("None", ask(first, "os.environ.pop('SET') and os.environ.get('SET')"));
      return null;
    });
  }

  @Test
  void noneButTheMainOneCanBeForked() throws Exception {
    var first = deployed(one, EVALUATE + "import os\n");

    var failure =
        assertThrows(PythonException.class, () -> onWorker(() -> ask(first, "os.fork()")));

    assertTrue(failure.getMessage().startsWith("RuntimeError: "), failure.getMessage());
  }

  @Test
  void threadLocalsLastFromRequestToRequestInEach() throws Exception {
    var source =
        """
        import threading
        local = threading.local()
        def app(environ, start_response):
            start_response("200 OK", [])
            local.count = getattr(local, "count", 0) + 1
            return [str(local.count).encode()]
        """;
    var first = deployed(one, source);
    var second = deployed(other, source);
    var outside = LivePython.application(source);

    var counts =
        onWorker(() ->
            List.of(
                ask(first, ""),
                ask(outside, ""),
                ask(first, ""),
                ask(second, ""),
                ask(second, ""),
                ask(outside, ""),
                ask(first, "")));

    assertEquals(List.of("1", "1", "2", "1", "2", "2", "3"), counts);
  }

  /** They take the GIL by {@code PyGILState_Ensure}, which must find the right thread state. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        import ctypes
        compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
        def call():
            numbers = (ctypes.c_int * 3)(3, 1, 2)
            ctypes.CDLL(None).qsort(numbers, 3, 4, compare(lambda a, b: me() or a[0] - b[0]))
            ctypes.PyDLL(None).qsort(numbers, 3, 4, compare(lambda a, b: me() or a[0] - b[0]))
            return list(numbers)
        """,
        """
        import sqlite3
        def call():
            database = sqlite3.connect(":memory:")
            database.create_function("f", 1, lambda x: me() or x + 1)
            return database.execute("select f(1) union select f(0)").fetchall()
        """
      })
  void callbacksOfExtensionsRunInTheInterpreterOfTheApplication(String call) throws Exception {
    var source =
        EVALUATE
            + """
            import sys
            worlds = set()
            def me():
                import sys
                worlds.add(id(sys.modules))
            """
            + call
            + "expected = call()\n";
    var outside = LivePython.application(source);
    var first = deployed(one, source);
    var second = deployed(other, source);

    onWorker(() -> {
      for (var application : List.of(outside, first, second, outside, second, first)) {
        assertEquals("True", ask(application, "call() == expected"));
        assertEquals("True", ask(application, "worlds == {id(sys.modules)}"));
      }
      return null;
    });
    onWorker(() -> {
      assertEquals("True", ask(second, "call() == expected and worlds == {id(sys.modules)}"));
      assertEquals("True", ask(outside, "call() == expected and worlds == {id(sys.modules)}"));
      return null;
    });
  }

  @Test
  void aLoopInOneDoesNotHoldUpTheOthers() throws Exception {
    var looping =
        deployed(
            one,
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                environ["wsgi.input"].read()
                while True: pass  # the loop
            """);
    var second = deployed(other, EVALUATE);
    var outside = LivePython.application(EVALUATE);
    var request =
        new FutureTask<>(() -> serve(looping, new FakeEnviron(), new FakeStartResponse()));
    var thread = Thread.ofPlatform().daemon().start(request);
    while (!looping.stack(thread).contains("# the loop")) {
      Thread.onSpinWait();
    }

    var answers = onWorker(() -> List.of(ask(second, "40 + 2"), ask(outside, "6 * 7")));

    looping.interrupt(thread);
    assertEquals(List.of("42", "42"), answers);
    var failure =
        assertThrows(
            ExecutionException.class, () -> request.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
    assertTrue(failure.getCause().getMessage().startsWith("yimmo.Timeout"), failure.toString());
  }

  @Test
  void onlyTheApplicationThatIsMeantIsInterrupted() throws Exception {
    var slow =
        """
        import time
        def app(environ, start_response):
            start_response("200 OK", [])
            end = time.monotonic() + float(environ["QUERY_STRING"] or 60)
            while time.monotonic() < end:
                time.sleep(0.001)  # slow
            return [b"done"]
        """;
    var first = deployed(one, slow);
    var second = deployed(other, slow);
    var request =
        new FutureTask<>(() -> {
          assertEquals("done", ask(first, "0.001"));
          return ask(second, "60");
        });
    var thread = Thread.ofPlatform().daemon().start(request);
    while (!second.stack(thread).contains("# slow")) {
      Thread.onSpinWait();
    }

    first.interrupt(thread);
    assertFalse(first.stack(thread).contains("# slow"), "it is in the other one");
    assertTrue(second.stack(thread).contains("# slow"), "it goes on");
    second.interrupt(thread);

    assertThrows(ExecutionException.class, () -> request.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void anApplicationThatCannotBeLoadedLeavesTheOthersAlone() throws Exception {
    var first = deployed(one, EVALUATE);
    Files.writeString(other.resolve("deployed.py"), "import sys\nsys.no_such_thing\n");
    var interpreter = python().another();

    var failure = assertThrows(LoadFailure.class, () -> load(interpreter, other));

    assertTrue(failure.getMessage().contains("deployed.py\", line 2"), failure.getMessage());
    assertTrue(failure.getMessage().contains("no_such_thing"), failure.getMessage());
    assertEquals("2", onWorker(() -> ask(first, "1 + 1")));
  }

  @Test
  void anExtensionThatRefusesIsNamedWithTheRemedy() throws Exception {
    var importing =
        """
        import importlib.util
        found = importlib.util.find_spec("numpy") is not None
        try:
            import numpy
        except ImportError:
            pass  # another test was faster: it works in one interpreter
        """;
    var first = deployed(one, EVALUATE + importing);
    assumeTrue(onWorker(() -> ask(first, "found")).equals("True"), "numpy is not installed");

    var failure = assertThrows(LoadFailure.class, () -> deployed(other, "import numpy\n"));

    var message = failure.getMessage().strip();
    assertTrue(
        message.matches("(?s).*the extension module numpy\\.[\\w.]+ may refuse .*"), message);
    assertTrue(message.endsWith("main interpreter (Yimmo-WSGI-Interpreter: main)"), message);
  }

  @Test
  void anExtensionThatCannotBeOpenedIsNoRefusal() throws Exception {
    Files.writeString(one.resolve("broken.abi3.so"), "no library");

    var failure = assertThrows(LoadFailure.class, () -> deployed(one, "import broken\n"));

    assertTrue(failure.getMessage().contains("broken.abi3.so"), failure.getMessage());
    assertFalse(failure.getMessage().contains("Yimmo-WSGI-Interpreter"), failure.getMessage());
  }

  @Test
  void virtualEnvironmentsDiffer() throws Exception {
    for (var folder : List.of(one, other)) {
      var made =
          onWorker(() ->
              ask(
                  LivePython.application(EVALUATE),
                  "__import__('venv').create('" + folder.resolve("venv") + "', symlinks=True)"));
      assertEquals("None", made);
      try (var packages = Files.newDirectoryStream(folder.resolve("venv/lib"), "python3*")) {
        Files.writeString(
            packages.iterator().next().resolve("site-packages/installed.py"),
            "where = '" + folder + "'\n");
      }
      Files.writeString(folder.resolve("deployed.py"), EVALUATE + "import installed, sys\n");
    }

    for (var folder : List.of(one, other)) {
      var surroundings =
          new Surroundings.Deployment(
              List.of(folder.toString()), folder.resolve("venv").toString(), List.of());
      var settings = new Settings("deployed", "app", surroundings);
      var application = python().load(settings, python().another());
      onWorker(() -> {
        assertEquals(folder.toString(), ask(application, "installed.where"));
        assertEquals(folder.resolve("venv").toString(), ask(application, "sys.prefix"));
        assertEquals(
            "[]",
            ask(
                application,
                "[p for p in sys.path if '-packages' in p and not p.startswith(sys.prefix)]"));
        return null;
      });
    }
  }

  @Test
  void whatIsNoVirtualEnvironmentIsRefused() throws Exception {
    var nowhere = new Surroundings.Deployment(List.of(), one.toString(), List.of());
    var foreign = new Surroundings.Deployment(List.of(), other.toString(), List.of());
    Files.writeString(other.resolve("pyvenv.cfg"), "version = 3.2.1\n");
    var interpreter = python().another();

    var missing =
        assertThrows(
            LoadFailure.class, () -> python().load(new Settings("m", "a", nowhere), interpreter));
    var old =
        assertThrows(
            LoadFailure.class, () -> python().load(new Settings("m", "a", foreign), interpreter));

    assertEquals(
        "there is no virtual environment in " + one + ": No such file or directory",
        missing.getMessage());
    assertTrue(
        old.getMessage()
            .matches("the virtual environment .* is not one of python3\\.\\d+; make .*"),
        old.getMessage());
  }

  @Test
  void atexitFunctionsAreRegistered() throws Exception { // EveryInterpreterTest sees it run
    var first = deployed(one, EVALUATE + "import atexit\n");

    var registered =
        onWorker(() -> ask(first, "atexit.register(print, 'atexit function of another ran')"));

    assertTrue(registered.contains("built-in function print"), registered);
  }
}
