package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.yimmo.wsgi.mod.internal.capi.CPython;
import org.yimmo.wsgi.mod.internal.capi.CPythonLibrary;
import org.yimmo.wsgi.mod.internal.capi.Memory;
import org.yimmo.wsgi.mod.internal.capi.SystemLoader;
import org.yimmo.wsgi.mod.internal.capi.SystemThreads;
import org.yimmo.wsgi.mod.internal.choose.Installation;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/**
 * CPython in this process: started once, ended with the process.
 *
 * <p>A thread of its own starts it, makes its interpreters, imports the applications and ends it:
 * it is what Python calls the main thread. It runs no requests.
 */
final class EmbeddedPython {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");
  private static final long STACK_BYTES = 64L << 20;
  private static final int PRE_CONFIG_BYTES = 256; // PyPreConfig has 40, 44 on Windows
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  /** Tells a later version of this bundle, which has its own statics, that there was one. */
  private static final String STARTED = "org.yimmo.wsgi.mod.started";

  /**
   * CPython cannot be started twice in a process, so the interpreter outlives the component.
   * Guarded by the class.
   */
  private static Optional<EmbeddedPython> running = Optional.empty();

  private final Installation installation;
  private final ExecutorService mainThread;
  private final Interpreter.Beginning beginning;

  /** The main one first; written by the main thread. */
  private final List<Interpreter> interpreters = new CopyOnWriteArrayList<>();

  private String version; // the main thread's, until the start is over

  private EmbeddedPython(Installation installation, Interpreter.Beginning beginning) {
    this.installation = installation;
    this.beginning = beginning;
    mainThread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("yimmo-python").stackSize(STACK_BYTES).daemon().factory());
  }

  /**
   * The interpreter of this process, started if there is none.
   *
   * @param productVersion becomes {@code yimmo.__version__}
   * @throws PythonUnusable it cannot be started, or another one runs already
   */
  static synchronized EmbeddedPython of(Installation installation, String productVersion)
      throws PythonUnusable, LoadFailure {
    if (running.isPresent()) {
      var other = running.get().installation;
      if (!other.library().equals(installation.library())) {
        throw new PythonUnusable(
            "cannot change from %s to %s in a running process: start a new one"
                .formatted(other.executable(), installation.executable()));
      }
      return running.get();
    }
    if (System.getProperty(STARTED) != null) {
      throw new PythonUnusable(
          "Python was started in this process before the bundle was updated: start a new process");
    }
    var python =
        new EmbeddedPython(
            installation,
            new Interpreter.Beginning(
                source("bootstrap.py"), source("websockets.py"), productVersion));
    try {
      python.onMainThread(python::initialize);
    } catch (PythonUnusable | RuntimeException e) {
      python.mainThread.shutdown();
      throw e;
    }
    running = Optional.of(python);
    return python;
  }

  /** Such as 3.11.2. */
  String version() {
    return version;
  }

  /** Such as {@code Python 3.11.2 (/usr/bin/python3)}. */
  String description() {
    return "Python " + version + " (" + installation.executable() + ")";
  }

  /** The interpreter that is there from the start. */
  Interpreter main() {
    return interpreters.getFirst();
  }

  /**
   * A new interpreter. It is never destroyed: CPython leaks or aborts then.
   *
   * @throws LoadFailure it cannot be made
   * @throws PythonUnusable Python has ended
   */
  Interpreter another() throws LoadFailure, PythonUnusable {
    return onMainThread(() -> {
      var another = main().another(beginning);
      interpreters.add(another);
      return another;
    });
  }

  /**
   * Imports an application.
   *
   * <p><em>Blocks:</em> as long as the import takes.
   *
   * @throws LoadFailure it cannot be imported
   * @throws PythonUnusable Python has ended
   */
  PythonApplication load(Settings settings, Interpreter interpreter)
      throws LoadFailure, PythonUnusable {
    return onMainThread(() -> interpreter.load(settings));
  }

  /**
   * Ends Python: in each interpreter the functions of {@code atexit} run and the streams are
   * flushed.
   *
   * <p><em>Blocks:</em> for a few seconds at most; threads of the application that are not daemons
   * are waited for so long.
   */
  void end() {
    var nobodyInside =
        interpreters.stream().map(Interpreter::close).reduce(true, Boolean::logicalAnd);
    var threads = new AtomicReference<>("");
    var end = mainThread.submit(() -> end(nobodyInside, threads));
    mainThread.shutdown();
    try {
      end.get(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      LOG.log(
          Level.WARNING,
          "Python does not end within {0} s; it waits for {1}",
          LONGEST_END.toSeconds(),
          threads.get().isEmpty() ? "its atexit functions" : "the threads " + threads.get());
    } catch (ExecutionException e) {
      LOG.log(Level.WARNING, "Python did not end well: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  // --- Python's main thread

  private <T> T onMainThread(Callable<T> task) throws LoadFailure, PythonUnusable {
    try {
      return mainThread.submit(task).get();
    } catch (RejectedExecutionException e) {
      throw new PythonUnusable("Python has ended in this process: start a new one", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PythonUnusable("interrupted while Python was working", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case LoadFailure failure -> throw failure;
        case PythonUnusable failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case Throwable failure -> throw new AssertionError(failure);
      }
    }
  }

  private Void initialize() throws PythonUnusable {
    var c = library();
    System.setProperty(STARTED, installation.library().toString());
    preinitialize(c);
    // Global: CPython keeps the string. It finds a virtual environment by this name.
    c.Py_SetProgramName(
        Arena.global()
            .allocateFrom(installation.executable().toString(), Charset.forName("UTF-32LE"))
            .address());
    c.Py_InitializeEx(0); // no handler for SIGINT
    var gil = new Gil(c, new SystemThreads(), installation.minorVersion());
    var main = Interpreter.main(c, gil, beginning);
    version = main.version();
    interpreters.add(main);
    LOG.log(Level.INFO, "{0}, library {1}", description(), installation.library());
    return null;
  }

  private CPython library() throws PythonUnusable {
    try {
      return new CPythonLibrary(new SystemLoader(), installation.library());
    } catch (UnsatisfiedLinkError | IllegalStateException e) {
      throw new PythonUnusable(
          "cannot load %s of Python %s (%s): %s; choose another one with --python"
              .formatted(
                  installation.library(),
                  installation.version(),
                  installation.executable(),
                  e.getMessage()),
          e);
    }
  }

  /** As the python command: UTF-8 in the C locale, PYTHON* variables are obeyed. */
  private void preinitialize(CPython c) throws PythonUnusable {
    try (var arena = Arena.ofConfined()) {
      var config = arena.allocate(PRE_CONFIG_BYTES, 8).address();
      c.PyPreConfig_InitPythonConfig(config);
      var status = c.Py_PreInitialize(config);
      if (!status.ok()) {
        throw new PythonUnusable(
            "cannot start %s: %s"
                .formatted(installation.executable(), Memory.text(status.message())));
      }
    }
  }

  private static String source(String file) {
    try (var source = EmbeddedPython.class.getResourceAsStream(file)) {
      return new String(source.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " of this bundle", e);
    }
  }

  /**
   * Ending an interpreter while a thread is in it would crash the process, and so would ending the
   * main one while there are others.
   */
  private void end(boolean nobodyInside, AtomicReference<String> threads) {
    if (nobodyInside && interpreters.size() == 1) {
      main().finish(threads);
    } else {
      interpreters.reversed().forEach(interpreter -> interpreter.leave(nobodyInside, threads));
    }
  }
}
