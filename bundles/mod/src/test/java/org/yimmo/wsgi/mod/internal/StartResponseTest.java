package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.failure;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.application.Application;

/** start_response and write, used rightly and wrongly (PEP 3333). */
@Tag("python")
class StartResponseTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          start_response()                       | TypeError: start_response() takes status and headers
          start_response('200 OK')               | TypeError: start_response() takes status and headers
          start_response('200 OK', [], None, 1)  | TypeError: start_response() takes 2 or 3 arguments, not 4
          start_response('200 OK', [], other=1)  | TypeError: start_response() got an unexpected argument 'other'
          start_response('200 OK', [], headers=[]) | TypeError: start_response() got twice the argument 'headers'
          start_response(b'200 OK', [])          | TypeError: status is bytes, not str
          start_response(200, [])                | TypeError: status is int, not str
          start_response('200 \\u20ac', [])      | ValueError: status has a character that is not in Latin-1: 200 \\u20ac
          start_response('200 \\ud800', [])      | ValueError: UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 4: surrogates not allowed
          start_response('soon', [])             | ValueError: status soon is not valid
          start_response('200 OK', ())           | TypeError: headers is tuple, not list
          start_response('200 OK', {})           | TypeError: headers is dict, not list
          start_response('200 OK', ['ab'])       | TypeError: headers[0] is not a tuple (name, value)
          start_response('200 OK', [('a',)])     | TypeError: headers[0] is not a tuple (name, value)
          start_response('200 OK', [('a', 1)])   | TypeError: a field value is int, not str
          start_response('200 OK', [(b'a', '')]) | TypeError: a field name is bytes, not str
          start_response('200 OK', [('a', '\\u0100')]) | ValueError: a field value has a character that is not in Latin-1: \\u0100
          start_response('200 OK', [], 'error')  | TypeError: exc_info is not a tuple (type, value, traceback)
          start_response('200 OK', [])('text')   | TypeError: write() takes bytes, not str
          start_response('200 OK', [])()         | TypeError: write() takes 1 argument, not 0
          environ['wsgi.input'].write(b'early')  | AssertionError: write() called before start_response()
          """)
  void wrongUseRaises(String expression, String expected) {
    var application = application(caught(expression));

    assertEquals(expected, serve(application).content());
  }

  private static String caught(String expression) {
    return """
    def app(environ, start_response):
        try:
            %s
            answer = "nothing raised"
        except Exception as error:
            answer = "%%s: %%s" %% (type(error).__name__, error)
        return [answer.encode('ascii', 'backslashreplace')]
    """
        .formatted(expression);
  }

  @Test
  void takesKeywords() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response(headers=[("A", "b")], status="201 Created", exc_info=None)
                return []
            """);

    assertEquals("201 Created", serve(application).status());
  }

  @Test
  void takesSubclassesOfStrAndList() {
    var application =
        application(
            """
            class Text(str):
                pass
            class Fields(list):
                pass
            def app(environ, start_response):
                start_response(Text("200 Fine"), Fields([(Text("A"), Text("b"))]))
                return []
            """);

    assertEquals("200 Fine", serve(application).status());
  }

  @Test
  void secondCallWithoutErrorIsAnAssertionError() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                start_response("200 OK", [])
                return []
            """);

    assertEquals(
        "AssertionError: start_response() called a second time without exc_info",
        failure(application).getMessage());
  }

  private static final String RECOVERING =
      """
      import sys
      def app(environ, start_response):
          write = start_response("200 OK", [])
          %s
          try:
              raise KeyError("original")
          except KeyError:
              start_response("500 Oops", [], sys.exc_info())
          return [b"recovered"]
      """;

  @Test
  void excInfoReplacesTheHeadBeforeItWasSent() {
    var response = serve(application(RECOVERING.formatted("")));

    assertEquals("500 Oops", response.status());
    assertEquals("recovered", response.content());
  }

  @Test
  void excInfoIsRaisedAgainAfterTheHeadWasSent() {
    var failure = failure(application(RECOVERING.formatted("write(b'sent')")));

    assertEquals("KeyError: 'original'", failure.getMessage());
    assertTrue(failure.traceback().contains("raise KeyError(\"original\")"), failure.traceback());
  }

  @Test
  void excInfoWithoutExceptionIsRefusedAfterTheHeadWasSent() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])(b"sent")
                start_response("500 Oops", [], (None, None, None))
            """);

    assertEquals(
        "RuntimeError: the head was sent already, and exc_info has no exception",
        failure(application).getMessage());
  }

  @Test
  void writingToAClientThatIsGoneIsABrokenPipe() {
    var application =
        application(
            """
            def app(environ, start_response):
                write = start_response("200 OK", [])
                try:
                    write(b"lost")
                except ConnectionError as error:
                    return [type(error).__name__.encode()]
            """);

    assertEquals("BrokenPipeError", goneContent(application));
  }

  private static String goneContent(Application application) {
    return onWorker(() -> {
      var start = new FakeStartResponse();
      start.clientGone = true;
      return serve(application, new FakeEnviron(), start).content();
    });
  }

  @Test
  void belongsToTheThreadOfTheCall() {
    var application =
        application(
            """
            import threading
            def app(environ, start_response):
                found = []
                def other():
                    try:
                        start_response("200 OK", [])
                    except RuntimeError as error:
                        found.append(str(error))
                thread = threading.Thread(target=other)
                thread.start()
                thread.join()
                return [found[0].encode()]
            """);

    assertTrue(serve(application).content().startsWith("start_response() and write() belong to"));
  }
}
