package org.yimmo.wsgi.mod.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Input;
import org.yimmo.wsgi.application.StartResponse;

/**
 * A thread that runs the applications of an interpreter: its thread state, which is kept as long as
 * the thread lives (or {@code threading.local} would be lost between requests), its {@code
 * yimmo.Context}, its environ, and the request it is at.
 *
 * <p><em>Thread:</em> its own, unless a method says otherwise.
 */
final class Worker {
  /** Of so many requests the wait of one for the GIL is measured: a power of two. */
  private static final int SAMPLED = 16;

  /** So many measured waits make the mean. */
  private static final int MEAN_OF = 8;

  private final Python py;
  private final Gil gil;
  private final ContextType contextType;
  private final int handle;
  private final Thread thread = Thread.currentThread();
  private final long threadState;
  private final long ident;
  private final EnvironDict environ;
  private final ReentrantLock disk = new ReentrantLock();

  private volatile boolean inside; // written by its own thread, read at the shutdown
  private long requests; // written by its own thread, before inside
  private volatile long waitNanos; // written by its own thread
  private boolean holding; // the GIL
  private ContextObject context;
  private boolean busy; // guarded by the GIL, as the next one
  private boolean interrupted;
  private Input input;
  private StartResponse startResponse;
  private Optional<StartResponse.Write> write = Optional.empty();

  /**
   * The worker of the current thread, which holds the GIL in the interpreter.
   *
   * @param handle what the memory of its context object says
   */
  Worker(Python py, Gil gil, ContextType contextType, int handle) {
    this.py = py;
    this.gil = gil;
    this.contextType = contextType;
    this.handle = handle;
    threadState = py.c().PyThreadState_Get();
    ident = py.c().PyThread_get_thread_ident();
    environ = new EnvironDict(py);
    context = freshContext();
  }

  // --- the GIL

  /** Enters Python for a request. <em>Blocks:</em> until the GIL is free. */
  void enter(Workers workers) {
    if (holding) {
      throw new IllegalStateException("the iterable of the previous request was not closed");
    }
    requests++;
    inside = true; // before the look at the flag: the shutdown sets it and then looks here
    if (workers.closed()) {
      inside = false;
      throw pythonHasEnded();
    }
    if (requests % SAMPLED == 1) {
      restoreMeasured();
    } else {
      gil.acquire(threadState);
    }
    holding = true;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void restoreMeasured() {
    var start = System.nanoTime();
    gil.acquire(threadState);
    var waited = System.nanoTime() - start;
    waitNanos += (waited - waitNanos) / (requests == 1 ? 1 : MEAN_OF);
  }

  /** The recent wait for the GIL: the mean of some that were measured. <em>Thread:</em> any. */
  Duration recentWait() {
    return Duration.ofNanos(waitNanos);
  }

  static IllegalStateException pythonHasEnded() {
    return new IllegalStateException("Python has ended in this process");
  }

  /** Leaves Python. */
  void release() {
    gil.release();
    holding = false;
    inside = false;
  }

  /** Runs {@code wait} without the GIL, if it is held. */
  void whileWaiting(Runnable wait) {
    if (!holding) {
      wait.run();
      return;
    }
    gil.release();
    holding = false;
    try {
      wait.run();
    } finally {
      gil.acquire(threadState);
      holding = true;
    }
  }

  // --- the request, with the GIL

  /** Begins a request: what its context object does belongs to it from now on. */
  Owned begin(Environ variables, StartResponse response) {
    if (context == null) {
      context = freshContext();
    }
    input = variables.input();
    startResponse = response;
    busy = true;
    return environ.copy(variables);
  }

  /**
   * Runs a callback of the application with the GIL, as a request of its own that has no content
   * and no response.
   *
   * <p><em>Blocks:</em> until the GIL is free, and as long as the callback runs.
   */
  void callback(Workers workers, Consumer<Worker> callback) {
    enter(workers);
    busy = true;
    try {
      callback.accept(this);
    } finally {
      end();
      release();
    }
  }

  /** A new dict for a callback, which replaces {@code wsgi.input}. */
  Owned environ(Environ variables) {
    return environ.copy(variables);
  }

  /** Ends it. A context object that the application kept is never used again. */
  void end() {
    busy = false;
    if (interrupted) { // perhaps not raised yet: the next request must not get it
      interrupted = false;
      py.c().PyThreadState_SetAsyncExc(ident, 0);
    }
    input = null;
    startResponse = null;
    write = Optional.empty();
    if (context != null && context.kept()) {
      var kept = context;
      context = null;
      kept.detach();
      kept.close();
      context = freshContext();
    }
  }

  /** The {@code start_response} of the application. */
  long startResponseCallable() {
    return context.startResponse();
  }

  private ContextObject freshContext() {
    var fresh = new ContextObject(py, contextType, handle);
    environ.input(fresh.object());
    fresh.settle();
    return fresh;
  }

  // --- what its context object asks for, with the GIL

  /** Whether there is a request. <em>Thread:</em> any that holds the GIL. */
  boolean busy() {
    return busy;
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** <em>Thread:</em> any that holds the GIL. */
  Input input() {
    return input;
  }

  /** Something that may wait for a disk. */
  @FunctionalInterface
  interface Reading {
    int read() throws IOException;
  }

  /**
   * Reads from the input of a request, without the GIL if that waits for a disk.
   *
   * <p><em>Thread:</em> any that holds the GIL: an application may hand its input to another thread
   * of its own, whose thread state is not the one kept here.
   */
  int reading(Input source, Reading reading) throws IOException {
    if (!source.onDisk()) {
      return reading.read();
    }
    var own = isCurrent();
    var state = gil.release();
    if (own) {
      holding = false;
    }
    disk.lock(); // after the GIL was released: its holder may be the one that waits for the GIL
    try {
      return reading.read();
    } finally {
      disk.unlock();
      gil.acquire(state);
      if (own) {
        holding = true;
      }
    }
  }

  StartResponse startResponse() {
    return startResponse;
  }

  Optional<StartResponse.Write> write() {
    return write;
  }

  void write(StartResponse.Write started) {
    write = Optional.of(started);
  }

  /** What {@code start_response} returns. */
  long writeCallable() {
    return context.write();
  }

  // --- interruptions, other threads

  boolean is(Thread other) {
    return thread == other;
  }

  /** What {@code threading.get_ident()} says on the thread. */
  long ident() {
    return ident;
  }

  /** The number of the request that the thread is at; empty: it is not in Python. */
  OptionalLong request() {
    return inside ? OptionalLong.of(requests) : OptionalLong.empty();
  }

  /**
   * Makes the application raise an exception if it is still at that request. <em>Thread:</em> any
   * that holds the GIL.
   */
  void interrupt(long request, long exception) {
    if (busy && requests == request) {
      interrupted = true;
      py.c().PyThreadState_SetAsyncExc(ident, exception);
    }
  }

  // --- the end of the thread, other threads

  boolean ended() {
    return !thread.isAlive();
  }

  /** Whether the thread is at a request in this interpreter. */
  boolean inside() {
    return inside;
  }

  int handle() {
    return handle;
  }

  long threadState() {
    return threadState;
  }

  /** Gives up its objects. <em>Thread:</em> one that holds the GIL, when its own has ended. */
  void close() {
    environ.close();
    if (context != null) {
      context.detach();
      context.close();
    }
  }
}
