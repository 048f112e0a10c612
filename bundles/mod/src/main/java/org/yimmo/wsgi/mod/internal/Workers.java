package org.yimmo.wsgi.mod.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that are attached to the interpreter: each at its first request, until it has ended.
 *
 * <p><em>Thread:</em> any.
 */
final class Workers {
  private static final long STACK_BYTES = 64L << 20;

  /** Static, as there is one interpreter in a process. */
  private static final ThreadLocal<Worker> CURRENT = new ThreadLocal<>();

  private final Python py;
  private final ContextType contextType;
  private final StackProtection stackProtection;
  private final AtomicInteger coming = new AtomicInteger(); // threads that attach or reap

  private final BitSet taken = new BitSet(); // guarded by the GIL
  private volatile Worker[] workers = new Worker[8]; // written with the GIL; grows by replacement
  private volatile boolean closed; // written by Python's main thread

  /** The current thread holds the GIL. */
  Workers(Python py) {
    this.py = py;
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
    var worker = CURRENT.get();
    return worker == null ? attach() : worker;
  }

  /** Runs {@code wait} without the GIL, if this thread holds it for a request. */
  void whileWaiting(Runnable wait) {
    var worker = CURRENT.get();
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
      py.c().PyGILState_Ensure();
      try {
        stackProtection.reserve();
        var handle = claimHandle();
        var worker = new Worker(py, contextType, handle);
        workers[handle - 1] = worker;
        CURRENT.set(worker);
        return worker;
      } finally {
        py.c().PyEval_SaveThread();
      }
    } finally {
      coming.decrementAndGet();
    }
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

  // --- threads that have gone

  /**
   * Deletes the thread states of threads that have ended.
   *
   * <p>On a thread of its own, whose thread state is deleted with them: since 3.12 {@code
   * PyThreadState_Delete} makes the calling thread forget its own state for {@code PyGILState_*}.
   */
  private void reap() {
    coming.incrementAndGet();
    try {
      if (!closed) {
        py.c().PyGILState_Ensure();
        var own = py.c().PyThreadState_Get();
        var gone = takeEnded();
        for (var worker : gone) {
          worker.close();
          taken.clear(worker.handle() - 1);
          py.c().PyThreadState_Clear(worker.threadState());
        }
        for (var worker : gone) {
          py.c().PyThreadState_Delete(worker.threadState());
        }
        py.c().PyThreadState_Clear(own);
        py.c().PyThreadState_DeleteCurrent();
      }
    } finally {
      coming.decrementAndGet();
    }
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
