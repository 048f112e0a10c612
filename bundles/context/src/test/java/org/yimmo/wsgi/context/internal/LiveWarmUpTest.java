package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;

class LiveWarmUpTest {
  private static final byte[] CHUNK = new byte[300 * 1024]; // more than may be on its way

  /** An application that answers with a status, and the environs that it was called with. */
  private static final class Recorded {
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    private Application answering(String status) {
      return (environ, startResponse) -> {
        calls.add(
            String.join(
                " ",
                variable(environ, "REQUEST_METHOD"),
                environ.urlScheme(),
                variable(environ, "HTTP_HOST"),
                variable(environ, "SCRIPT_NAME"),
                variable(environ, "PATH_INFO"),
                variable(environ, "QUERY_STRING"),
                Thread.currentThread().getName()));
        startResponse.start(status, Calls.TEXT);
        return List.of(ByteBuffer.wrap(CHUNK), ByteBuffer.wrap(CHUNK));
      };
    }

    private static String variable(Environ environ, String name) {
      return environ.variable(name).orElse("none");
    }
  }

  @Test
  void asksForEachPathBelowTheMount() {
    var recorded = new Recorded();

    var reason = warm(recorded.answering("200 OK"), "shop.example.org", "/shop", "/", "/a%20b?q=1");

    assertEquals(Optional.empty(), reason);
    assertEquals(
        List.of(
            "GET https shop.example.org /shop /  yimmo-warm-up",
            "GET https shop.example.org /shop /a b q=1 yimmo-warm-up"),
        recorded.calls);
  }

  @Test
  void aWildcardIsAskedForAHostThatItMatches() {
    var recorded = new Recorded();

    warm(recorded.answering("204 No Content"), "*.example.org", "/", "/");

    assertEquals(List.of("GET https warm-up.example.org  /  yimmo-warm-up"), recorded.calls);
  }

  @ParameterizedTest
  @ValueSource(strings = {"404 Not Found", "500 Internal Server Error"})
  void anotherStatusThanOfSuccessIsTheReasonAndTheLastRequest(String status) {
    var recorded = new Recorded();

    var reason = warm(recorded.answering(status), "", "/shop", "/one", "/two");

    assertEquals(
        ("the warm-up failed: GET /shop/one was answered with status %s;"
                + " mend it or change application.warmup")
            .formatted(status.substring(0, 3)),
        reason.orElseThrow());
    assertEquals(1, recorded.calls.size());
  }

  @Test
  void anExceptionIsTheStatus500() {
    var reason =
        warm(
            (_, _) -> {
              throw new IllegalStateException("no database");
            },
            "",
            "/",
            "/");

    assertTrue(reason.orElseThrow().contains("GET / was answered with status 500"), reason::get);
  }

  @Test
  void aResponseThatBreaksOffIsAReason() {
    var reason =
        warm(
            (_, startResponse) -> {
              startResponse.start("200 OK", Calls.TEXT);
              return () ->
                  new Iterator<>() {
                    private boolean begun;

                    @Override
                    public boolean hasNext() {
                      return true;
                    }

                    @Override
                    public ByteBuffer next() {
                      if (begun) {
                        throw new IllegalStateException("the database has gone");
                      }
                      begun = true;
                      return ByteBuffer.wrap(CHUNK);
                    }
                  };
            },
            "",
            "/",
            "/");

    assertTrue(reason.orElseThrow().contains("was not answered to the end"), reason::get);
  }

  @Test
  void oneThatTakesTooLongIsInterrupted() throws Exception {
    var interrupted = new CountDownLatch(1);

    var reason =
        new LiveWarmUp(context(), configuration(50))
            .warm(
                (_, _) -> {
                  try {
                    new CountDownLatch(1).await();
                    return List.of();
                  } finally {
                    interrupted.countDown();
                  }
                },
                "shop",
                Routes.Place.of("", "/"),
                List.of("/"));

    assertTrue(reason.orElseThrow().contains("was not answered within 0.05 s"), reason::get);
    assertTrue(interrupted.await(60, TimeUnit.SECONDS));
  }

  @Test
  void aPathThatIsNoneIsAReason() {
    var reason = warm(new Recorded().answering("200 OK"), "", "/", "/a b");

    assertTrue(reason.orElseThrow().contains("GET /a b is not possible"), reason::get);
  }

  @Test
  void takesWhatTheServiceSays() {
    var recorded = new Recorded();
    var application = recorded.answering("503 Service Unavailable");
    var reference =
        reference(Map.of(Application.PATH, "/shop", Application.WARMUP, new String[] {"/", "/x"}));
    var released = new ArrayList<String>();
    var context =
        (BundleContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (_, method, _) -> {
                  if (method.getName().equals("getService")) {
                    return application;
                  }
                  released.add(method.getName());
                  return true;
                });

    var reason = new LiveWarmUp(context, configuration(60_000)).apply(reference);

    assertTrue(reason.orElseThrow().contains("GET /shop/ was answered with status 503"));
    assertEquals(List.of("ungetService"), released);
  }

  @Test
  void oneThatHasGoneIsNotWarm() {
    var reason = new LiveWarmUp(context(), configuration(60_000)).apply(reference(Map.of()));

    assertTrue(reason.orElseThrow().contains("has gone"), reason::get);
  }

  private static Optional<String> warm(
      Application application, String host, String path, String... paths) {
    return new LiveWarmUp(context(), configuration(60_000))
        .warm(application, "shop", Routes.Place.of(host, path), List.of(paths));
  }

  /** Under TLS. */
  private static LiveWarmUp.Configuration configuration(long timeoutMillis) {
    var values =
        Map.of(
            "multithread", true,
            "multiprocess", false,
            "secure", true,
            "warmup_timeout_millis", timeoutMillis);
    return (LiveWarmUp.Configuration)
        Proxy.newProxyInstance(
            LiveWarmUp.class.getClassLoader(),
            new Class<?>[] {LiveWarmUp.Configuration.class},
            (_, method, _) -> values.get(method.getName()));
  }

  /** One without services. */
  private static BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            LiveWarmUp.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (_, _, _) -> null);
  }

  @SuppressWarnings("unchecked")
  private static ServiceReference<Application> reference(Map<String, Object> properties) {
    return (ServiceReference<Application>)
        Proxy.newProxyInstance(
            LiveWarmUp.class.getClassLoader(),
            new Class<?>[] {ServiceReference.class},
            (_, _, arguments) -> properties.get(arguments[0]));
  }
}
