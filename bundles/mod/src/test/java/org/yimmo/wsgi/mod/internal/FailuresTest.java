package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.failure;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that fails harms only its own request. */
@Tag("python")
class FailuresTest {
  @Test
  void exceptionComesWithItsTraceback() {
    var application =
        application(
            """
            def app(environ, start_response):
                return deeper()
            def deeper():
                raise ValueError("broken \\u20ac \\ud800")
            """);

    var failure = failure(application);

    assertTrue(
        failure.traceback().startsWith("Traceback (most recent call last):\n  File \""),
        failure.traceback());
    assertTrue(failure.traceback().contains("in deeper"), failure.traceback());
    assertFalse(failure.traceback().contains("yimmo>"), failure.traceback());
    assertEquals("ValueError: broken \u20ac \\ud800", failure.getMessage());
    assertEquals(failure.traceback(), application.describe(failure));
    assertEquals("", application.describe(new IllegalStateException()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SystemExit(3)", "KeyboardInterrupt", "GeneratorExit", "BaseException"})
  void exceptionsThatEndProgramsDoNotEndTheServer(String exception) {
    var failure =
        failure(
            application(
                """
                import sys
                def app(environ, start_response):
                    raise %s
                """
                    .formatted(exception)));

    assertTrue(failure.getMessage().startsWith(exception.replaceAll("\\(.*", "")));
    assertEquals("alive", serve(answering("answer = 'alive'")).content());
  }

  @Test
  void exceptionWithBrokenTextIsStillDescribed() {
    var failure =
        failure(
            application(
                """
                class Broken(Exception):
                    def __str__(self):
                        raise RuntimeError
                def app(environ, start_response):
                    raise Broken
                """));

    assertTrue(failure.getMessage().contains("Broken"), failure.getMessage());
  }

  private static final String CLOSING =
      """
      closed = 0
      class Iterable:
          def __iter__(self):
              return self
          def __next__(self):
              %s
          def close(self):
              global closed
              closed += 1
              %s
      def app(environ, start_response):
          start_response("200 OK", [])
          if environ["PATH_INFO"] == "/closed":
              return [str(closed).encode()]
          return Iterable()
      """;

  @Test
  void closeIsCalledOnceWhenIterationFails() {
    var application = application(CLOSING.formatted("raise KeyError('next')", "pass"));

    assertEquals("KeyError: 'next'", failure(application).getMessage());
    assertEquals("1", serve(application, new FakeEnviron().with("PATH_INFO", "/closed")).content());
  }

  @Test
  void closeIsCalledOnceWhenTheClientLeaves() {
    var application = application(CLOSING.formatted("return b'more'", "pass"));

    onWorker(() -> {
      var iterable = application.call(new FakeEnviron(), new FakeStartResponse());
      iterable.iterator().next();
      ((AutoCloseable) iterable).close();
      return null;
    });

    assertEquals("1", serve(application, new FakeEnviron().with("PATH_INFO", "/closed")).content());
  }

  @Test
  void failingCloseIsTheFailureOfTheRequest() {
    var application = application(CLOSING.formatted("raise StopIteration", "raise OSError('c')"));

    assertEquals("OSError: c", failure(application).getMessage());
    assertEquals("1", serve(application, new FakeEnviron().with("PATH_INFO", "/closed")).content());
  }

  @ParameterizedTest
  @ValueSource(strings = {"['text']", "[1]", "iter(['text'])", "('a', b'b')", "'text'"})
  void chunksThatAreNotBytesAreRefused(String iterable) {
    var failure =
        failure(
            application(
                """
                def app(environ, start_response):
                    start_response("200 OK", [])
                    return %s
                """
                    .formatted(iterable)));

    assertTrue(
        failure.getMessage().startsWith("TypeError: the iterable of the application yields"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"None", "1", "object()"})
  void whatIsNotIterableIsRefused(String result) {
    var failure = failure(application("def app(environ, start_response):\n    return " + result));

    assertTrue(failure.getMessage().startsWith("TypeError: "), failure.getMessage());
    assertTrue(failure.getMessage().contains("iterable"), failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "def f(n): return f(n + 1)",
        "class F:\n    def __repr__(self): return repr(self)\ndef f(n): return repr(F())",
        "def f(n): return sorted([n], key=f)",
        "def f(n): return list(map(f, [n]))",
        "import json\ndef f(n):\n    x = []\n    x.append(x)\n    y = []\n"
            + "    for _ in range(2000000): y = [y]\n    return json.dumps(y)",
        "def f(n): return context.read() + bytes(sorted([n], key=f))",
      })
  void deepRecursionIsARecursionError(String function) {
    var application =
        application(
            """
            %s
            def app(environ, start_response):
                global context
                context = environ["wsgi.input"]
                start_response("200 OK", [])
                try:
                    f(0)
                except RecursionError:
                    return [b"too deep"]
            """
                .formatted(function));

    assertEquals("too deep", serve(application).content());
  }

  @Test
  void recursionThroughJavaLeavesJavaItsRoom() {
    var application =
        answering(
            """
            import sys
            def f(n):
                environ["wsgi.input"].read()
                return sorted([n], key=f)
            former = sys.getrecursionlimit()
            if sys.version_info >= (3, 12): # before, the limit is all that guards the stack
                sys.setrecursionlimit(10 ** 8)
            try:
                f(0)
            except RecursionError:
                answer = "too deep"
            finally:
                sys.setrecursionlimit(former)
            """);

    assertEquals("too deep", serve(application).content());
  }

  @Test
  void recursionWithAHighLimitUsesTheLargeStack() {
    var application =
        answering(
            """
            import sys
            def f(n):
                return 0 if n == 0 else 1 + f(n - 1)
            former = sys.getrecursionlimit()
            sys.setrecursionlimit(20000)
            try:
                answer = f(15000)
            finally:
                sys.setrecursionlimit(former)
            """);

    assertEquals("15000", serve(application).content());
  }

  @Test
  void anIterableThatWasNotClosedIsNoticed() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                yield b"chunk"
            """);

    onWorker(() -> {
      var iterable = application.call(new FakeEnviron(), new FakeStartResponse());
      assertThrows(
          IllegalStateException.class,
          () -> application.call(new FakeEnviron(), new FakeStartResponse()));
      ((AutoCloseable) iterable).close();
      return null;
    });
  }
}
