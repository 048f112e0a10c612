package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;

/** After many requests there are as many references and objects as before. */
@Tag("python")
class ReferencesTest {
  private static final int REQUESTS = 1000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start_response(status, headers); return [body]",
        "start_response(status, headers); return (body, body)",
        "start_response(status, headers); return [large]",
        "start_response(status, headers); return (large,)",
        "start_response(status, headers); return iter([large])",
        "start_response(status, headers); return iter([body])",
        "start_response(status, headers); return One()",
        "start_response(status=status, headers=headers)(body); return []",
        "start_response(status, headers); start_response(status, headers)",
        "start_response(status, headers, (KeyError, KeyError(body), None)); return [body]",
        "start_response(status, headers)(body);"
            + " start_response(status, headers, (KeyError, KeyError(body), None))",
        "start_response(body, headers)",
        "start_response(status, [(name, body)])",
        "start_response(status, headers); return [status]",
        "start_response(status, headers); return iter([status])",
        "raise KeyError(body)",
        "raise SystemExit(body)",
        "start_response(status, headers); return environ['wsgi.input'].readlines()",
        "start_response(status, headers); return environ['wsgi.input']",
        "start_response(status, headers); return [environ['wsgi.input'].read(1)]",
        "environ['wsgi.input'].read('x')",
        "start_response(status, headers);"
            + " return environ['wsgi.file_wrapper'](environ['wsgi.input'])",
        "environ['x'] = start_response; start_response(status, headers); return [body]",
        "kept[0] = start_response; start_response(status, headers); return [body]",
      })
  void balance(String statements) {
    var application =
        application(
            """
            import gc, sys
            status = "".join(["200 ", "OK"])
            name, value = "".join(["X-", "Name"]), "".join(["val", "ue"])
            headers = [(name, value)]
            body = bytes(range(100, 200))
            large = body * 200
            kept = [None]
            class One:
                def __len__(self):
                    return 1
                def __iter__(self):
                    return iter([body])
            def app(environ, start_response):
                if environ["PATH_INFO"] == "/count":
                    start_response("200 OK", [])
                    gc.collect()
                    return [str([sys.getrefcount(x) for x in
                        (status, name, value, headers, body, large, app, None.__class__, KeyError,
                        environ["wsgi.version"], environ["wsgi.file_wrapper"])]
                        + [len(gc.get_objects())]).encode()]
                %s
            """
                .formatted(statements));

    var counts =
        onWorker(() -> {
          requests(application, 100); // caches fill
          LivePython.awaitReaper(); // it releases what threads of other tests held
          var before = count(application);
          requests(application, REQUESTS);
          return new String[] {before, count(application)};
        });

    assertEquals(counts[0], counts[1]);
  }

  private static void requests(Application application, int number) throws Exception {
    for (int i = 0; i < number; i++) {
      var environ =
          new FakeEnviron().with("REMOTE_PORT", "" + i).with(FakeInput.inMemory("a\nb\nc"));
      try {
        serve(application, environ, new FakeStartResponse());
      } catch (PythonException _) {
        // some of them are meant to fail
      }
    }
  }

  private static String count(Application application) throws Exception {
    var environ = new FakeEnviron().with("PATH_INFO", "/count").with("REMOTE_PORT", "1");
    serve(application, environ, new FakeStartResponse());
    return serve(application, environ, new FakeStartResponse()).content();
  }
}
