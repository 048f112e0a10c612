package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Field;

/** An application is called as PEP 3333 says. */
@Tag("python")
class CallingTest {
  @Test
  void takesStatusFieldsAndOneChunk() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain"), ("X-A", "\\xe9")])
                return [b"Hello"]
            """);

    var response = serve(application);

    assertEquals("200 OK", response.status());
    assertEquals(
        List.of(new Field("Content-Type", "text/plain"), new Field("X-A", "\u00e9")),
        response.fields());
    assertEquals(List.of("Hello"), response.chunks());
    assertEquals(1, response.size());
  }

  @Test
  void itsRehearsalAnswersWithoutIt() {
    var application =
        application(
            """
            def app(environ, start_response):
                raise AssertionError("it is only a rehearsal")
            """);

    var response = serve(application.rehearsal());

    assertEquals("200 OK", response.status());
    assertEquals(List.of("\n"), response.chunks());
    assertEquals("200 OK", serve(application.rehearsal().rehearsal()).status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                            | 0  | ''
          ()                            | 0  | ''
          [b'a']                        | 1  | a
          (b'a',)                       | 1  | a
          [b'']                         | 1  | ''
          [b'a', b'', b'b']             | -1 | ab
          (b'a', b'b')                  | -1 | ab
          iter([b'a', b'b'])            | -1 | ab
          (c for c in [b'a', b'b'])     | -1 | ab
          {b'a': 1}                     | 1  | a
          b'ab' and map(bytes, [b'ab']) | -1 | ab
          Sequence()                    | -1 | xyz
          Sized(1)                      | 1  | ab
          Sized(2)                      | -1 | ab
          Sized('broken')               | -1 | ab
          OfBytes([b'a'])               | 1  | a
          [OfBytesObject(b'sub')]       | 1  | sub
          """)
  void takesAnyIterable(String iterable, int size, String content) {
    var application =
        application(
            """
            class Sequence:
                def __getitem__(self, index):
                    return [b"x", b"y", b"z"][index]
            class Sized:
                def __init__(self, size):
                    self.size = size
                def __len__(self):
                    if self.size == "broken":
                        raise NotImplementedError
                    return self.size
                def __iter__(self):
                    return iter([b"ab"])
            class OfBytes(list):
                pass
            class OfBytesObject(bytes):
                pass
            def app(environ, start_response):
                start_response("200 OK", [])
                return %s
            """
                .formatted(iterable));

    var response = serve(application);

    assertEquals(content, response.content());
    assertEquals(size, response.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[large]", "(large,)", "OfBytes([large])"})
  void takesALargeObject(String iterable) {
    var application =
        application(
            """
            large = b"abcd" * 5000
            class OfBytes(list):
                pass
            def app(environ, start_response):
                start_response("200 OK", [])
                return %s
            """
                .formatted(iterable));

    var response = serve(application);

    assertEquals("abcd".repeat(5000), response.content());
    assertEquals(1, response.size());
  }

  @Test
  void takesCallableObjectsAndBoundMethods() {
    var application =
        application(
            """
            class Callable:
                def __call__(self, environ, start_response):
                    start_response("204 No Content", [])
                    return []
            app = Callable()
            """);

    assertEquals("204 No Content", serve(application).status());
  }

  @Test
  void startResponseMayBeCalledByTheFirstIteration() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                yield b"late"
            """);

    assertEquals("late", serve(application).content());
  }

  @Test
  void writesBeforeItsIterable() {
    var application =
        application(
            """
            def app(environ, start_response):
                write = start_response("200 OK", [])
                write(b"first ")
                write(b"second ")
                return [b"last"]
            """);

    var response = serve(application);

    assertEquals(List.of("first ", "second "), response.written());
    assertEquals("first second last", response.content());
  }

  @Test
  void givesAnEnvironOfNativeStrings() {
    var environ = new FakeEnviron().with("PATH_INFO", "/\u00c3\u00a9").with("HTTP_X", "1").https();

    var response =
        serve(
            answering(
                """
                assert type(environ) is dict
                answer = ascii([type(environ["PATH_INFO"]) is str, environ["PATH_INFO"],
                    environ["PATH_INFO"].encode("latin-1").decode(), environ["HTTP_X"],
                    environ["wsgi.url_scheme"], environ["wsgi.version"],
                    environ["wsgi.run_once"], environ["wsgi.input_terminated"],
                    environ["wsgi.multithread"], environ["wsgi.multiprocess"]])
                """),
            environ);

    assertEquals(
        "[True, '/\\xc3\\xa9', '/\\xe9', '1', 'https', (1, 0), False, True, False, False]",
        response.content());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
  void satisfiesTheValidator(String method) {
    var application =
        application(
            """
            from wsgiref.validate import validator
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                content = environ["wsgi.input"]
                environ["wsgi.errors"].flush()
                return [content.read(2), content.readline(), *content.readlines(), *content]
            app = validator(app)
            """);
    var environ =
        new FakeEnviron().with("REQUEST_METHOD", method).with(FakeInput.inMemory("one\ntwo\n3"));

    assertEquals("one\ntwo\n3", serve(application, environ).content());
  }

  @Test
  void variablesOfOneRequestAreNotThoseOfTheNext() {
    var application = answering("answer = sorted(k for k in environ if k.startswith('HTTP_'))");

    var answers =
        onWorker(() ->
            List.of(
                content(application, new FakeEnviron().with("HTTP_A", "1").with("HTTP_B", "2")),
                content(application, new FakeEnviron().with("HTTP_C", "3")),
                content(application, new FakeEnviron()),
                content(application, new FakeEnviron().with("HTTP_A", "4"))));

    assertEquals(List.of("['HTTP_A', 'HTTP_B']", "['HTTP_C']", "[]", "['HTTP_A']"), answers);
  }

  @Test
  void whatAnApplicationPutsIntoItsEnvironStaysThere() {
    var application =
        answering(
            """
            answer = [environ.get("mine"), environ["PATH_INFO"], environ["wsgi.url_scheme"]]
            environ["mine"] = environ["PATH_INFO"] = "changed"
            del environ["wsgi.url_scheme"]
            """);

    var answers =
        onWorker(() ->
            List.of(
                content(application, new FakeEnviron()), content(application, new FakeEnviron())));

    assertEquals(List.of("[None, '/', 'http']", "[None, '/', 'http']"), answers);
  }

  @Test
  void flagsFollowTheEnviron() {
    var application =
        answering("answer = [environ['wsgi.multithread'], environ['wsgi.multiprocess']]");

    var answers =
        onWorker(() ->
            List.of(
                content(application, new FakeEnviron().withThreads()),
                content(application, new FakeEnviron().withProcesses()),
                content(application, new FakeEnviron())));

    assertEquals(List.of("[True, False]", "[False, True]", "[False, False]"), answers);
  }

  @Test
  void manyDifferentNamesAndLongValuesArePassedOn() {
    var application =
        answering("answer = sum(len(v) for k, v in environ.items() if k.startswith('HTTP_'))");

    var answers =
        onWorker(() -> {
          var sum = 0L;
          for (int i = 0; i < 1000; i++) {
            var environ = new FakeEnviron().with("HTTP_N" + i, "x").with("HTTP_Y", "y");
            sum += Long.parseLong(content(application, environ));
          }
          var large = new FakeEnviron().with("HTTP_LARGE", "z".repeat(200_000));
          return List.of(sum, Long.valueOf(content(application, large)));
        });

    assertEquals(List.of(2000L, 200_000L), answers);
  }

  @Test
  void fileWrapperReadsBlocksAndForwardsClose() {
    var application =
        application(
            """
            import io
            closed = []
            class File(io.BytesIO):
                def close(self):
                    closed.append(True)
                    super().close()
            def app(environ, start_response):
                start_response("200 OK", [("X-Closed", str(len(closed)))])
                return environ["wsgi.file_wrapper"](File(b"x" * 100000), 10)
            """);

    var first = serve(application);
    var second = serve(application);

    assertEquals(100_000, first.content().length());
    assertEquals(2, first.chunks().size());
    assertEquals(List.of(new Field("X-Closed", "1")), second.fields());
  }

  @Test
  void fileWrapperTakesWhatHasNoClose() {
    var application =
        application(
            """
            class File:
                def __init__(self):
                    self.left = 3
                def read(self, size):
                    self.left -= 1
                    return b"abc" if self.left >= 0 else b""
            def app(environ, start_response):
                start_response("200 OK", [])
                return environ["wsgi.file_wrapper"](File())
            """);

    assertEquals("abcabcabc", serve(application).content());
  }

  @Test
  void iterableOfOneElementIsACollectionThatIsClosed() throws Exception {
    var application =
        application(
            """
            closed = 0
            class One:
                def __len__(self):
                    return 1
                def __iter__(self):
                    return iter([b"one"])
                def close(self):
                    global closed
                    closed += 1
            def app(environ, start_response):
                start_response("200 OK", [("X-Closed", str(closed))])
                return One()
            """);

    var fields =
        onWorker(() -> {
          var iterable = application.call(new FakeEnviron(), new FakeStartResponse());
          assertInstanceOf(Collection.class, iterable);
          var closeable = assertInstanceOf(AutoCloseable.class, iterable);
          closeable.close();
          closeable.close();
          return serve(application, new FakeEnviron(), new FakeStartResponse()).fields();
        });

    assertEquals(List.of(new Field("X-Closed", "1")), fields);
  }

  private static String content(Application application, FakeEnviron environ) throws Exception {
    return serve(application, environ, new FakeStartResponse()).content();
  }
}
