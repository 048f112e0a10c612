package org.yimmo.wsgi.application;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A web application, registered as an OSGi service with the properties {@link #NAME}, {@link #PATH}
 * and, if wanted, {@link #HOST} and {@link #VERSION}.
 *
 * <p>Source: PEP 3333, "The Application/Framework Side".
 */
@ConsumerType
public interface Application {
  /** Service property, String: the name people know the application by. */
  String NAME = "application.name";

  /** Service property, String: where it is mounted; {@code "/"} when absent. */
  String PATH = "application.path";

  /** Service property, String: the host it answers for, or {@code *.domain}; any when absent. */
  String HOST = "application.host";

  /** Service property, String: its version, for people. */
  String VERSION = "application.version";

  /**
   * Service property, String[]: paths below the mount. Before the port is opened each worker thread
   * answers a GET for each; another status than 2xx and 3xx keeps the process from getting ready. A
   * version that is to replace another one in a process that serves is asked once for each, on a
   * thread of its own, and does not take over if it fails.
   */
  String WARMUP = "application.warmup";

  /** A chunk of so many octets or more is copied by the server, see {@link #call}. */
  int LARGE_CHUNK_BYTES = 4 * 1024;

  /**
   * Answers one request.
   *
   * <p>{@code startResponse} must have been called when the first chunk is taken from the iterable.
   * If the iterable is a {@link java.util.Collection} with one element and no Content-Length was
   * given, the server adds it. If the iterable is {@link AutoCloseable}, it is closed exactly once,
   * also when the client leaves or the iteration fails. Chunks are consumed before the next one is
   * asked for, except that the server may keep the last chunk: a buffer must not be written to
   * after it was handed over. A chunk of {@link #LARGE_CHUNK_BYTES} or more is never kept: its
   * memory is the application's again when the next one is asked for or the iterable is closed.
   *
   * <p><em>Thread:</em> a worker thread, or that of a {@link #WARMUP}; from the call to the close
   * of its iterable the same one. Several may call at once unless {@link Environ#multithread()} is
   * false. <em>Blocks:</em> as long as the application likes; only the requests bound to this
   * worker wait.
   *
   * @return the content in chunks
   * @throws Exception the application's fault: it is logged and answered with 500
   */
  Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) throws Exception;

  /**
   * Who takes the WebSocket that a client asks for with a request. Empty, which is the default: the
   * request is an ordinary one and goes to {@link #call}.
   *
   * <p><em>Thread:</em> a worker thread. <em>Blocks:</em> as {@link #call}.
   *
   * @throws RuntimeException the application's fault: it is logged and answered with 500
   */
  default Optional<WebSocketEndpoint> webSocket(Environ environ) {
    return Optional.empty();
  }

  /**
   * What the server calls in place of this application before clients reach it, so that what is
   * done only once, such as loading classes, is done: it answers anything, in the same way as this
   * application and without its code. The default is a few lines of Java.
   *
   * <p><em>Thread:</em> a worker thread. <em>Blocks:</em> never.
   */
  default Application rehearsal() {
    return (_, startResponse) -> {
      startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
      return List.of(ByteBuffer.wrap(new byte[] {'\n'}));
    };
  }

  /**
   * Runs {@code wait}, in which the server waits for a slow client or a disk on behalf of this
   * application. An application that holds something others need meanwhile (a Python application:
   * the GIL) gives it up around the wait.
   *
   * <p><em>Thread:</em> the worker thread, between {@link #call} and the close of its iterable, or
   * inside a call of {@link Input} or {@link StartResponse.Write}.
   */
  default void whileWaiting(Runnable wait) {
    wait.run();
  }

  /**
   * Describes a failure of this application for the log, as its own world shows it (a Python
   * traceback). The default is empty: the Java stack trace is logged.
   */
  default String describe(Throwable failure) {
    return "";
  }

  /**
   * Where a worker thread is that is in this application, as the application's own world shows it
   * (a Python stack). The default is the thread's Java stack.
   *
   * <p><em>Thread:</em> the watchdog or the console, while {@code worker} runs on. <em>Blocks:</em>
   * a second or so at most: other requests may be overdue as well.
   *
   * @return lines for people
   */
  default String stack(Thread worker) {
    return Stream.of(worker.getStackTrace())
        .map(frame -> "\tat " + frame)
        .collect(Collectors.joining("\n"));
  }

  /**
   * How long calls on a worker thread have recently waited for what another thread held (a Python
   * application: the GIL); a mean, and it may be one of a few calls that were picked out.
   *
   * <p><em>Thread:</em> any. <em>Blocks:</em> never.
   */
  default Duration recentWait(Thread worker) {
    return Duration.ZERO;
  }

  /**
   * Makes a worker thread leave the request that it is at; nobody waits for the response any more.
   * The next request of that thread must not notice. The default interrupts the thread; the server
   * clears what is left of that at the end of the request.
   *
   * <p><em>Thread:</em> the watchdog; {@code worker} begins no other request before this returns.
   * <em>Blocks:</em> never.
   */
  default void interrupt(Thread worker) {
    worker.interrupt();
  }
}
