package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;

/** A yimmo.Context serves its request only. */
@Tag("python")
class ContextLifeTest {
  @Test
  void isReusedWhenNobodyKeptIt() {
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                return [str(id(environ["wsgi.input"])).encode()]
            """);

    var ids = twice(application);

    assertEquals(ids.get(0), ids.get(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "environ['wsgi.input']",
        "environ",
        "start_response",
        "environ['wsgi.input'].read",
        "start_response('200 OK', [])",
      })
  void failsWhenItWasKept(String kept) {
    var application =
        application(
            """
            kept = None
            def app(environ, start_response):
                global kept
                if kept is None:
                    kept = %s
                    answer = "kept"
                else:
                    answer = str([kept is %s, use(kept)])
                return [answer.encode()]
            def use(kept):
                if isinstance(kept, dict):
                    kept = kept["wsgi.input"]
                try:
                    return kept.read() if hasattr(kept, "read") else kept("200 OK", [])
                except ValueError as error:
                    return str(error)
            """
                .formatted(kept, kept.contains("200") ? "None" : kept));

    assertEquals(
        List.of("kept", "[False, 'the request of this yimmo.Context is over']"),
        twice(application));
  }

  @Test
  void madeByAnApplicationItHasNoRequest() {
    var application =
        application(
            """
            import yimmo
            def app(environ, start_response):
                start_response("200 OK", [])
                try:
                    yimmo.Context().read()
                except ValueError as error:
                    return [str(error).encode()]
            """);

    assertEquals("the request of this yimmo.Context is over", serve(application).content());
  }

  @Test
  void mayBeKeptInACycle() {
    var application =
        application(
            """
            import gc
            def app(environ, start_response):
                environ["self"] = environ
                start_response("200 OK", [])
                return [b"fine"]
            """);

    assertEquals(List.of("fine", "fine"), twice(application));
  }

  private static List<String> twice(Application application) {
    return onWorker(() ->
        List.of(
            serve(application, new FakeEnviron(), new FakeStartResponse()).content(),
            serve(application, new FakeEnviron(), new FakeStartResponse()).content()));
  }
}
