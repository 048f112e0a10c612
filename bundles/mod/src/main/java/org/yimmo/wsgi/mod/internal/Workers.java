package org.yimmo.wsgi.mod.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that are attached to an interpreter: each at its first request, until it has ended.
 *
 * <p><em>Thread:</em> any.
 */
final class Workers {
  private static final long STACK_BYTES = 64L << 20;

  private final Python py;
  private final Gil gil;
  private final long interpreter;

  @SuppressWarnings("ThreadLocalUsage") // one for each interpreter, and those are never destroyed
  private final ThreadLocal<Worker> own = new ThreadLocal<>();

  private final ContextType contextType;
  private final StackProtection stackProtection;
  private final AtomicInteger coming = new AtomicInteger(); // threads that attach or reap

  private final BitSet taken = new BitSet(); // guarded by the GIL
  private volatile Worker[] workers = new Worker[8]; // written with the GIL; grows by replacement
  private volatile boolean closed; // written by Python's main thread

  /** The current thread holds the GIL in the interpreter. */
  Workers(Python py, Gil gil) {
    this.py = py;
    this.gil = gil;
    interpreter = py.c().PyThreadState_GetInterpreter(py.c().PyThreadState_Get());
    contextType = new ContextType(py, this);
    stackProtection = new StackProtection(py.c());
  }

  ContextType contextType() {
    return contextType;
  }

  /**
   * The worker of this thread.
   *
   * <p><em>Blocks:</em> when it is new here, until the GIL is free.
   */
  Worker current() {
    var worker = own.get();
    return worker == null ? attach() : worker;
  }

  /** Runs {@code wait} without the GIL, if this thread holds it for a request. */
  void whileWaiting(Runnable wait) {
    var worker = own.get();
    if (worker == null) {
      wait.run();
    } else {
      worker.whileWaiting(wait);
    }
  }

  /** The worker of a context object's handle, for a thread that holds the GIL. */
  Worker byHandle(int handle) {
    return workers[handle - 1];
  }

  boolean closed() {
    return closed;
  }

  /**
   * Refuses requests from now on.
   *
   * @return whether no thread is in Python, so that the interpreter may be ended
   */
  boolean close() {
    closed = true;
    return coming.get() == 0 && attached().stream().noneMatch(Worker::inside);
  }

  private List<Worker> attached() {
    var attached = new ArrayList<Worker>();
    for (var worker : workers) {
      if (worker != null) {
        attached.add(worker);
      }
    }
    return attached;
  }

  // --- a thread that comes

  private Worker attach() {
    if (attached().stream().anyMatch(Worker::ended)) {
      Thread.ofPlatform()
          .name("yimmo-python-reaper")
          .stackSize(STACK_BYTES)
          .daemon()
          .start(this::reap);
    }
    coming.incrementAndGet(); // before the look at the flag: see Worker.enter
    try {
      if (closed) {
        throw Worker.pythonHasEnded();
      }
      gil.acquire(newThreadState());
      try {
        stackProtection.reserve();
        var handle = claimHandle();
        var worker = new Worker(py, gil, contextType, handle);
        workers[handle - 1] = worker;
        own.set(worker);
        return worker;
      } finally {
        gil.release();
      }
    } finally {
      coming.decrementAndGet();
    }
  }

  private long newThreadState() {
    var state = py.c().PyThreadState_New(interpreter);
    if (state == 0) {
      throw new OutOfMemoryError("no memory for a thread of Python");
    }
    return state;
  }

  /** No call of Python in between: nobody else gets the GIL. */
  private int claimHandle() {
    var index = taken.nextClearBit(0);
    taken.set(index);
    if (index == workers.length) {
      workers = Arrays.copyOf(workers, 2 * index);
    }
    return index + 1;
  }

  // --- threads that only look in

  /**
   * Runs a task with the GIL on a thread that serves no requests; nothing of the thread is left in
   * Python afterwards. Does nothing when Python has ended.
   *
   * <p><em>Blocks:</em> until the GIL is free.
   */
  void visit(Runnable task) {
    coming.incrementAndGet(); // before the look at the flag: see Worker.enter
    try {
      if (closed) {
        return;
      }
      var visiting = newThreadState();
      py.c().PyEval_RestoreThread(visiting); // not in turn: visits are made so that others get it
      try {
        task.run();
      } finally {
        py.c().PyThreadState_Clear(visiting);
        py.c().PyThreadState_DeleteCurrent();
      }
    } finally {
      coming.decrementAndGet();
    }
  }

  /** The worker of a thread; empty: the thread was never in Python. */
  Optional<Worker> of(Thread thread) {
    return attached().stream().filter(worker -> worker.is(thread)).findFirst();
  }

  // --- threads that have gone

  /**
   * Deletes the thread states of threads that have ended.
   *
   * <p>On a thread of its own, whose thread state is deleted with them: since 3.12 {@code
   * PyThreadState_Delete} makes the calling thread forget its own state for {@code PyGILState_*}.
   */
  private void reap() {
    visit(() -> {
      var gone = takeEnded();
      for (var worker : gone) {
        worker.close();
        taken.clear(worker.handle() - 1);
        py.c().PyThreadState_Clear(worker.threadState());
      }
      for (var worker : gone) {
        py.c().PyThreadState_Delete(worker.threadState());
      }
    });
  }

  private List<Worker> takeEnded() {
    var ended = new ArrayList<Worker>();
    for (int i = 0; i < workers.length; i++) {
      var worker = workers[i];
      if (worker != null && worker.ended()) {
        ended.add(worker);
        workers[i] = null;
      }
    }
    return ended;
  }
}
