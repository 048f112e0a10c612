package org.yimmo.wsgi.mod.internal;

import java.util.concurrent.atomic.AtomicReference;
import org.yimmo.wsgi.mod.internal.capi.CPython;

/**
 * One interpreter of the process with all that belongs to it alone: its modules, types, strings and
 * thread states. It lives as long as the process: CPython leaks or aborts when one is destroyed.
 *
 * <p><em>Thread:</em> Python's main thread, unless a method says otherwise.
 */
final class Interpreter {
  /**
   * What each interpreter begins with.
   *
   * @param bootstrap the source of {@code bootstrap.py}
   * @param websockets the source of {@code websockets.py}
   * @param productVersion becomes {@code yimmo.__version__}
   */
  record Beginning(String bootstrap, String websockets, String productVersion) {}

  private final Gil gil;
  private final Python py;
  private final Workers workers;
  private final Overseer overseer;
  private final WebSockets sockets;
  private long threadState; // of Python's main thread

  /** The current thread holds the GIL with a thread state of the interpreter. */
  private Interpreter(CPython c, Gil gil, Beginning beginning) {
    this.gil = gil;
    py = new Python(c, beginning.bootstrap());
    workers = new Workers(py, gil);
    overseer = new Overseer(py, workers);
    gil.add(overseer);
    sockets = new WebSockets(py);
    py.bootstrap(
            "prepare_interpreter",
            py.string(beginning.productVersion()),
            py.share(workers.contextType().type()),
            py.string(beginning.websockets()))
        .close();
  }

  /** The one that the process was started with. The current thread has the GIL and gives it up. */
  static Interpreter main(CPython c, Gil gil, Beginning beginning) {
    var main = new Interpreter(c, gil, beginning);
    main.py.bootstrap("prepare_process").close();
    main.threadState = gil.release();
    return main;
  }

  /** A further one. It shares with this one the GIL, and what C code shares in a process. */
  Interpreter another(Beginning beginning) throws LoadFailure {
    gil.acquire(threadState);
    gil.share();
    if (py.c().Py_NewInterpreter() == 0) {
      threadState = gil.release();
      throw new LoadFailure("Python cannot make a further interpreter in this process");
    }
    gil.acquire(gil.release()); // in turn, as the thread has a second thread state now
    try {
      var other = new Interpreter(py.c(), gil, beginning);
      other.py.bootstrap("isolate").close();
      other.threadState = gil.release();
      return other;
    } catch (PythonException e) {
      gil.release();
      throw new LoadFailure("cannot prepare a further interpreter: " + e.traceback().strip());
    }
  }

  /** Such as 3.11.2. */
  String version() {
    gil.acquire(threadState);
    try (var version = py.bootstrap("version")) {
      return py.text(version.borrow());
    } finally {
      threadState = gil.release();
    }
  }

  // --- an application comes

  /**
   * Imports an application.
   *
   * <p><em>Blocks:</em> as long as the import takes.
   */
  PythonApplication load(Settings settings) throws LoadFailure {
    gil.acquire(threadState);
    try {
      prepareFor(settings.surroundings());
      return imported(settings);
    } catch (PythonException e) {
      throw new LoadFailure(e.traceback().strip());
    } finally {
      threadState = gil.release();
    }
  }

  private void prepareFor(Surroundings surroundings) throws LoadFailure {
    try (var objection =
        switch (surroundings) {
          case Surroundings.CommandLine(var chdir, var pythonpath, var argv) ->
              py.bootstrap(
                  "prepare_command_line", py.list(argv), py.string(chdir), py.list(pythonpath));
          case Surroundings.Deployment(var pythonpath, var venv, var environment) ->
              py.bootstrap(
                  "prepare_deployment", py.list(pythonpath), py.string(venv), py.list(environment));
        }) {
      if (objection.borrow() != py.none()) {
        throw new LoadFailure(py.text(objection.borrow()));
      }
    }
  }

  private PythonApplication imported(Settings settings) throws LoadFailure {
    var endpoints = py.bootstrap("endpoints");
    try (var found =
        py.bootstrap("load", py.string(settings.module()), py.string(settings.app()))) {
      var application = py.c().PyTuple_GetItem(found.borrow(), 0);
      if (application == py.none()) {
        throw new LoadFailure(py.text(py.c().PyTuple_GetItem(found.borrow(), 1)));
      }
      return new PythonApplication(
          py,
          workers,
          overseer,
          sockets,
          py.share(application),
          endpoints,
          py.ofBootstrap("rehearse"));
    }
  }

  // --- the end of the process

  /**
   * Refuses requests from now on. <em>Thread:</em> any.
   *
   * @return whether no thread is in the interpreter
   */
  boolean close() {
    return workers.close();
  }

  /**
   * Ends Python.
   *
   * @param threads gets the names of those that are waited for
   */
  void finish(AtomicReference<String> threads) {
    gil.acquire(threadState);
    threads.set(runningThreads());
    py.c().Py_FinalizeEx();
  }

  /**
   * The end without the end of the interpreter.
   *
   * @param nobodyInside whether threads of the application may be waited for
   * @param threads as for {@link #finish}
   */
  void leave(boolean nobodyInside, AtomicReference<String> threads) {
    gil.acquire(threadState);
    threads.set(runningThreads());
    py.bootstrap("leave", py.share(py.bool(nobodyInside))).close();
    threadState = gil.release();
  }

  private String runningThreads() {
    try (var running = py.bootstrap("running_threads")) {
      return py.text(running.borrow());
    }
  }
}
