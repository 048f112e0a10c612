package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.mod.internal.choose.InterpreterChoice;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/** The interpreter of this JVM, chosen by system properties, and applications in it. */
final class LivePython {
  static final String PYTHON = "yimmo.test.python";
  static final String BUNDLED = "yimmo.test.bundled";

  /** {@code own}: all applications are in one interpreter that is not the main one. */
  static final String INTERPRETER = "yimmo.test.interpreter";

  private static final long DEADLINE_SECONDS = 60;
  private static final AtomicInteger MODULES = new AtomicInteger();
  private static final Path MODULE_FOLDER = Path.of(System.getProperty("yimmo.test.folder", ""));
  private static final EmbeddedPython PYTHON_OF_THIS_JVM = start();
  private static final Interpreter INTERPRETER_OF_TESTS = interpreter();

  private LivePython() {}

  /** What came of a request. */
  record Response(
      String status, List<Field> fields, List<String> written, List<String> chunks, int size) {
    /** Everything that was sent, as Latin-1. */
    String content() {
      return String.join("", written) + String.join("", chunks);
    }
  }

  private static EmbeddedPython start() {
    try {
      var choice = InterpreterChoice.ofThisMachine(System.getProperty(BUNDLED, ""));
      var wishes = new InterpreterChoice.Wishes(System.getProperty(PYTHON, ""), "", List.of());
      return EmbeddedPython.of(choice.choose(wishes), "1.2.3");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Interpreter interpreter() {
    try {
      return System.getProperty(INTERPRETER, "").equals("own")
          ? python().another()
          : python().main();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static EmbeddedPython python() {
    return PYTHON_OF_THIS_JVM;
  }

  static void end() {
    PYTHON_OF_THIS_JVM.end();
  }

  static Settings settings(String module, String app) {
    return new Settings(
        module,
        app,
        new Surroundings.CommandLine(
            MODULE_FOLDER.toString(), List.of(), List.of("yimmo-wsgi", "x:app", "--y")));
  }

  /**
   * Writes a module. Returns its name. The folder gets a time of its own each time: Python reads a
   * folder again only if its time is another one, and two modules can be made within one tick.
   */
  static String module(String source) {
    var number = MODULES.incrementAndGet();
    var name = "m" + number;
    try {
      Files.writeString(MODULE_FOLDER.resolve(name + ".py"), source);
      Files.setLastModifiedTime(MODULE_FOLDER, FileTime.from(number, TimeUnit.SECONDS));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return name;
  }

  static PythonApplication load(Settings settings) throws LoadFailure {
    try {
      return python().load(settings, INTERPRETER_OF_TESTS);
    } catch (PythonUnusable e) {
      throw new AssertionError(e);
    }
  }

  /** The application {@code app} of a new module. */
  static Application application(String source) {
    try {
      return load(settings(module(source), "app"));
    } catch (LoadFailure e) {
      throw new AssertionError(e);
    }
  }

  /** An application that answers with what the statements assign to {@code answer}. */
  static Application answering(String statements) {
    return application(
        """
        def app(environ, start_response):
        %s
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(answer).encode()]
        """
            .formatted(statements.strip().indent(4)));
  }

  /** Serves one request on the current thread, as the server does. */
  static Response serve(Application application, Environ environ, FakeStartResponse start)
      throws Exception {
    var chunks = new ArrayList<String>();
    var size = -1;
    var iterable = application.call(environ, start);
    try {
      if (iterable instanceof Collection<ByteBuffer> collection) {
        size = collection.size();
      }
      for (var chunk : iterable) {
        if (chunk.hasRemaining()) {
          start.headSent = true;
        }
        chunks.add(ISO_8859_1.decode(chunk).toString());
      }
    } finally {
      if (iterable instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
    return new Response(start.status, start.fields, start.written, chunks, size);
  }

  /** Serves one request on a new worker thread. */
  static Response serve(Application application, Environ environ) {
    return onWorker(() -> serve(application, environ, new FakeStartResponse()));
  }

  static Response serve(Application application) {
    return serve(application, new FakeEnviron());
  }

  /** What the request fails with. */
  static PythonException failure(Application application) {
    try {
      var response = serve(application);
      throw new AssertionError("no failure but " + response);
    } catch (PythonException e) {
      return e;
    }
  }

  /** Waits until the thread states of threads that had ended are deleted. */
  static void awaitReaper() throws InterruptedException {
    var threads = new Thread[1000]; // also those that have no stack yet
    var count = Thread.enumerate(threads);
    for (var thread : Arrays.asList(threads).subList(0, count)) {
      if (thread.getName().equals("yimmo-python-reaper")) {
        thread.join(Duration.ofSeconds(DEADLINE_SECONDS));
      }
    }
  }

  /** Runs a task on a thread like those of the server, to its end. */
  static <T> T onWorker(Callable<T> task) {
    var future = new FutureTask<>(task);
    var thread = new Thread(null, future, "worker", 64L << 20);
    thread.setDaemon(true);
    thread.start();
    try {
      var result = future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      thread.join();
      return result;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case Throwable failure -> throw new AssertionError(failure);
      }
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
