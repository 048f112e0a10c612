package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.application;
import static org.yimmo.wsgi.mod.internal.LivePython.onWorker;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;

/** Worker threads keep their thread state, share the GIL, and leave nothing behind. */
@Tag("python")
class ThreadsTest {
  private static final String COUNTING =
      """
      import threading, weakref, gc
      local = threading.local()
      class Value:
          pass
      alive = weakref.WeakSet()
      def app(environ, start_response):
          start_response("200 OK", [])
          if environ["PATH_INFO"] == "/alive":
              gc.collect()
              return [str(len(alive)).encode()]
          if not hasattr(local, "value"):
              local.value = Value()
              alive.add(local.value)
              local.count = 0
          local.count += 1
          return [str(local.count).encode()]
      """;

  @Test
  void threadLocalsLastFromRequestToRequest() {
    var application = application(COUNTING);

    var counts =
        onWorker(() ->
            List.of(
                content(application, "/"), content(application, "/"), content(application, "/")));

    assertEquals(List.of("1", "2", "3"), counts);
    assertEquals("1", serve(application).content());
  }

  @Test
  void threadLocalsOfEndedThreadsAreReleased() {
    var application = application(COUNTING);
    for (int i = 0; i < 20; i++) {
      serve(application);
    }

    var deadline = Instant.now().plus(Duration.ofSeconds(30));
    var alive = "";
    do { // each new thread starts a search for ended ones
      alive = onWorker(() -> content(application, "/alive"));
    } while (!alive.equals("0") && Instant.now().isBefore(deadline));

    assertEquals("0", alive);
  }

  @Test
  void waitingLetsOtherThreadsRun() {
    var other = answering("answer = 'other'");
    var answer = new AtomicReference<>("");
    var application =
        application(
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                yield b"a"
                yield b"b"
            """);

    onWorker(() -> {
      var iterable = application.call(new FakeEnviron(), new FakeStartResponse());
      var chunks = iterable.iterator();
      chunks.next();
      application.whileWaiting(() -> answer.set(serve(other).content()));
      chunks.next();
      ((AutoCloseable) iterable).close();
      application.whileWaiting(() -> answer.set(answer.get() + serve(other).content()));
      return null;
    });

    assertEquals("otherother", answer.get());
  }

  @Test
  void workersServeAtOnce() {
    var application =
        answering(
            """
            import time
            total = 0
            for i in range(2000):
                total += i
                if i % 500 == 0:
                    time.sleep(0)
            answer = total
            """);

    var answers =
        IntStream.range(0, 4)
            .parallel()
            .mapToObj(_ ->
                onWorker(() -> {
                  var last = "";
                  for (int i = 0; i < 200; i++) {
                    last = content(application, "/" + i);
                  }
                  return last;
                }))
            .toList();

    assertEquals(List.of("1999000", "1999000", "1999000", "1999000"), answers);
  }

  private static String content(Application application, String path) throws Exception {
    return serve(application, new FakeEnviron().with("PATH_INFO", path), new FakeStartResponse())
        .content();
  }
}
