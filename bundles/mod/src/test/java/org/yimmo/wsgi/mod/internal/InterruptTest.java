package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;

/** What the watchdog asks of an application whose request takes too long. */
@Tag("python")
class InterruptTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String TIMEOUT =
      "yimmo.Timeout: the request has run longer than --timeout allows";

  /** A request on a thread of its own that has reached the application. */
  private static final class Request {
    private final FutureTask<LivePython.Response> response;
    private final Thread thread;

    Request(Application application) throws InterruptedException {
      var inside = new CountDownLatch(1);
      var environ = new FakeEnviron().with(FakeInput.onDisk("x", inside::countDown));
      response = new FutureTask<>(() -> serve(application, environ, new FakeStartResponse()));
      thread = start(response);
      assertTrue(inside.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    }

    String content() throws Exception {
      return response.get(DEADLINE.toSeconds(), TimeUnit.SECONDS).content();
    }

    PythonException failure() {
      var failure = assertThrows(ExecutionException.class, this::content);
      return (PythonException) failure.getCause();
    }
  }

  private static Thread start(Runnable task) {
    return Thread.ofPlatform().name("worker").stackSize(64L << 20).daemon().start(task);
  }

  private static Application slow(String statements) {
    return application(
        """
        import threading, time
        lock = threading.Lock()
        def app(environ, start_response):
            start_response("200 OK", [])
            if environ["PATH_INFO"] == "/release":
                lock.release()
                return []
            environ["wsgi.input"].read()
        %s
            return [b"done"]
        """
            .formatted(statements.strip().indent(4)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while True: pass",
        "while True: time.sleep(0.001)",
        "threading.Event().wait(0.5)",
        "time.sleep(0.5)",
        """
        while True:
            try:
                time.sleep(0.001)
            except Exception:
                pass
        """,
        """
        def forever():
            while True:
                yield b""
        return forever()
        """,
      })
  void raisesTimeoutAtTheNextBytecode(String statements) throws Exception {
    var application = slow(statements);
    var request = new Request(application);

    application.interrupt(request.thread);

    assertEquals(TIMEOUT, request.failure().getMessage());
  }

  @Test
  void waitsWithAThreadThatWaitsForALock() throws Exception {
    var application = slow("lock.acquire(); lock.acquire()  # blocked");
    var request = new Request(application);
    awaitStack(application, request.thread, "# blocked");

    application.interrupt(request.thread);
    awaitStack(application, request.thread, "# blocked");
    serve(application, new FakeEnviron().with("PATH_INFO", "/release"));

    assertEquals(TIMEOUT, request.failure().getMessage());
  }

  private static String awaitStack(Application application, Thread thread, String line) {
    var stack = "";
    do {
      stack = application.stack(thread);
    } while (!stack.contains(line));
    return stack;
  }

  @Test
  void anApplicationMayCleanUp() throws Exception {
    var application =
        slow(
            """
            import yimmo
            try:
                while True: time.sleep(0.001)  # inside
            except yimmo.Timeout:
                return [b"cleaned up"]
            """);
    var request = new Request(application);
    awaitStack(application, request.thread, "# inside");

    application.interrupt(request.thread);

    assertEquals("cleaned up", request.content());
  }

  @Test
  void theStackIsThatOfPython() throws Exception {
    var application =
        slow(
            """
            def deeper():
                while True:
                    time.sleep(0.001)  # here
            deeper()
            """);
    var request = new Request(application);

    var stack = awaitStack(application, request.thread, "# here");

    assertTrue(stack.startsWith("  File \""), stack);
    assertTrue(stack.matches("(?s).*, in app\n    deeper\\(\\)\n.*, in deeper\n.*"), stack);
    application.interrupt(request.thread);
    assertEquals(TIMEOUT, request.failure().getMessage());
  }

  @Test
  void outsideOfPythonTheStackIsThatOfJavaAndNothingIsInterrupted() throws Exception {
    var application = slow("pass");
    var served = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var thread =
        start(
            new FutureTask<>(() -> {
              serve(application, new FakeEnviron(), new FakeStartResponse());
              served.countDown();
              return goOn.await(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            }));
    assertTrue(served.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));

    var stack = awaitStack(application, thread, "CountDownLatch.await");
    application.interrupt(thread);

    assertTrue(stack.startsWith("\tat java.base/"), stack);
    assertFalse(thread.isInterrupted());
    goOn.countDown();
  }

  @Test
  void saysThatTheGilIsHeldAndInterruptsWhenItIsFree() throws Exception {
    var application = slow("import ctypes; ctypes.PyDLL(None).sleep(4)\nwhile True: pass");
    var request = new Request(application);

    var stack = awaitStack(application, request.thread, "the GIL");
    application.interrupt(request.thread);

    assertTrue(stack.startsWith("no Python stack can be taken: C code holds the GIL"), stack);
    assertTrue(stack.contains("\tat org.yimmo.wsgi.mod"), stack);
    assertEquals(TIMEOUT, request.failure().getMessage());
  }

  /** The interruption races with the end of its request; the request after it must not notice. */
  @Test
  void theNextRequestIsNeverInterrupted() throws Exception {
    var rounds = 1000;
    var racing = new Racing(rounds);
    var thread = start(racing.worker);

    for (int i = 0; i < rounds; i++) {
      racing.meet(racing.began);
      for (int spins = 0; spins < i % 7 * 100; spins++) {
        Thread.onSpinWait();
      }
      racing.target.interrupt(thread);
      racing.meet(racing.ended); // the server holds a worker back until the watchdog lets go
    }

    assertTrue(racing.worker.get(DEADLINE.toSeconds(), TimeUnit.SECONDS) > 0, "no interruption");
  }

  /** A worker that serves a target and an innocent request in turn. */
  private static final class Racing {
    private final Application target =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                environ["wsgi.input"].read()
                for _ in range(int(environ["STEPS"])): pass
                return [b"done"]
            """);
    private final Application innocent = answering("answer = sum(1 for _ in range(2000))");
    private final CyclicBarrier began = new CyclicBarrier(2);
    private final CyclicBarrier ended = new CyclicBarrier(2);
    private final FutureTask<Integer> worker;

    Racing(int rounds) {
      worker =
          new FutureTask<>(() -> {
            var interrupted = 0;
            for (int i = 0; i < rounds; i++) {
              interrupted += targetFailure(i % 100 * 200).isPresent() ? 1 : 0;
              meet(ended);
              var response = serve(innocent, new FakeEnviron(), new FakeStartResponse());
              assertEquals("2000", response.content());
            }
            return interrupted;
          });
    }

    private Optional<PythonException> targetFailure(int steps) throws Exception {
      var environ =
          new FakeEnviron()
              .with("STEPS", Integer.toString(steps))
              .with(FakeInput.onDisk("x", () -> meet(began)));
      try {
        serve(target, environ, new FakeStartResponse());
        return Optional.empty();
      } catch (PythonException e) {
        assertEquals(TIMEOUT, e.getMessage());
        return Optional.of(e);
      }
    }

    void meet(CyclicBarrier barrier) {
      try {
        barrier.await(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new AssertionError(e);
      }
    }
  }
}
