package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application finds around it. */
@Tag("python")
class SurroundingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          __import__('sys').argv                      | ['yimmo-wsgi', 'x:app', '--y']
          __import__('yimmo').__version__             | 1.2.3
          __import__('yimmo').Context.__name__        | Context
          __import__('yimmo').Context.__module__      | yimmo
          type(environ['wsgi.input']).__name__        | Context
          'LD_PRELOAD' in __import__('os').environ    | False
          __import__('os').popen('echo $LD_PRELOAD').read().strip() | ^^
          [name for name in __import__('os').environ if name in ('YIMMO_MANAGER', 'YIMMO_WORKER', 'YIMMO_GENERATION', 'YIMMO_HOLD')] | []
          __import__('sys').stdout.line_buffering     | True
          __import__('sys').path[0] == __import__('os').getcwd() | True
          environ['wsgi.errors'] is __import__('sys').stderr | True
          """)
  void isAsUnderOtherServers(String expression, String expected) {
    assertEquals(expected, serve(answering("answer = " + expression)).content());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_ssl",
        "sqlite3",
        "ctypes",
        "hashlib",
        "zlib",
        "decimal",
        "asyncio",
        "multiprocessing",
        "xml.etree.ElementTree",
        "datetime",
        "numpy",
        "markupsafe._speedups"
      })
  void extensionModulesWork(String module) {
    var application =
        answering(
            """
            import importlib.util
            name = "%s"
            if importlib.util.find_spec(name.partition(".")[0]) is None:
                answer = "not installed"
            else:
                __import__(name)
                if name == "sqlite3":
                    import sqlite3
                    assert sqlite3.connect(":memory:").execute("select 40 + 2").fetchall() == [(42,)]
                if name == "ctypes":
                    import ctypes
                    assert ctypes.CDLL(None).abs(-3) == 3
                if name == "_ssl":
                    import ssl
                    ssl.create_default_context()
                if name == "numpy":
                    import numpy
                    assert int(numpy.arange(10).sum()) == 45
                answer = "works"
            """
                .formatted(module));

    var answer = serve(application).content();

    assertTrue(answer.equals("works") || answer.equals("not installed"), answer);
  }

  @Test
  void importsOnTheMainThreadAndServesOnAnother() {
    var application =
        application(
            """
            import threading
            at_import = threading.current_thread() is threading.main_thread()
            def app(environ, start_response):
                start_response("200 OK", [])
                here = threading.current_thread() is threading.main_thread()
                return [str([at_import, here]).encode()]
            """);

    assertEquals("[True, False]", serve(application).content());
  }

  @Test
  void signalHandlersAreIgnored() {
    var application =
        application(
            """
            import signal
            before = signal.getsignal(signal.SIGTERM)
            at_import = signal.signal(signal.SIGTERM, lambda *_: None)
            def app(environ, start_response):
                start_response("200 OK", [])
                in_request = signal.signal(signal.SIGINT, signal.SIG_IGN)
                return [str([signal.getsignal(signal.SIGTERM) == before == at_import,
                    in_request == signal.getsignal(signal.SIGINT)]).encode()]
            """);

    assertEquals("[True, True]", serve(application).content());
  }

  @Test
  void faultHandlerLeavesTheJvmItsSignals() {
    var application =
        application(
            """
            import faulthandler
            faulthandler.enable()
            def app(environ, start_response):
                start_response("200 OK", [])
                return [str(faulthandler.is_enabled()).encode()]
            """);

    assertEquals("True", serve(application).content());
    assertEquals(20_000, nullPointers(20_000));
    assertEquals("True", serve(application).content());
  }

  /** Compiled code finds null by SIGSEGV. */
  private static int nullPointers(int times) {
    var found = 0;
    for (int i = 0; i < times; i++) {
      try {
        found += length(null);
      } catch (NullPointerException _) {
        found++;
      }
    }
    return found;
  }

  private static int length(String text) {
    return text.length();
  }

  @Test
  void threadsAndExecutorsWork() {
    var application =
        answering(
            """
            import threading, queue
            from concurrent.futures import ThreadPoolExecutor
            q = queue.Queue()
            threading.Thread(target=lambda: q.put("thread")).start()
            with ThreadPoolExecutor(2) as pool:
                answer = [q.get(timeout=30)] + list(pool.map(str.upper, ["a", "b"]))
            """);

    assertEquals("['thread', 'A', 'B']", serve(application).content());
  }

  @Test
  void asyncioRunsInAWorker() {
    var application =
        answering(
            """
            import asyncio
            async def work():
                await asyncio.sleep(0)
                return "async"
            answer = asyncio.run(work())
            """);

    assertEquals("async", serve(application).content());
  }

  @Test
  void subprocessesWork() {
    var application =
        answering(
            """
            import subprocess, sys
            answer = subprocess.run([sys.executable, "-c", "print(6 * 7)"],
                capture_output=True, text=True).stdout.strip()
            """);

    assertEquals("42", serve(application).content());
  }

  @Test
  void atexitFunctionsAreRegistered() { // EveryInterpreterTest sees it run
    var application =
        answering(
            """
            import atexit
            atexit.register(print, "atexit function ran")
            answer = "registered"
            """);

    assertEquals("registered", serve(application).content());
  }
}
