package org.yimmo.wsgi.mod.internal;

import org.yimmo.wsgi.mod.internal.capi.CPython;
import org.yimmo.wsgi.mod.internal.capi.PosixThreads;

/**
 * The GIL, which all interpreters of the process share, and how a thread takes it for one of them.
 *
 * <p>With one interpreter that is a call of CPython. With several, older versions need help: up to
 * 3.11 {@code PyGILState_Ensure} finds the first thread state of a thread, whatever interpreter it
 * runs in now, so that a callback of ctypes would wait for ever for the GIL that its own thread
 * holds; and up to 3.12 a thread that waits cannot make a thread of another interpreter give up the
 * GIL (see {@link Turns}).
 */
final class Gil {
  private static final int NEWEST_THAT_NEEDS_HELP = 12;
  private static final int NEWEST_WITH_FIRST_STATE = 11;
  private static final int NO_KEY = -1;

  private final CPython c;
  private final PosixThreads threads;
  private final int minorVersion;
  private final Turns turns = new Turns();

  // written once with the GIL held, before any thread is in a second interpreter
  private int key = NO_KEY; // of the variable in which PyGILState_Ensure looks
  private boolean several;

  /**
   * The one of a process with one interpreter so far.
   *
   * @param minorVersion of Python 3
   */
  Gil(CPython c, PosixThreads threads, int minorVersion) {
    this.c = c;
    this.threads = threads;
    this.minorVersion = minorVersion;
  }

  // --- Python's main thread, with the GIL

  /** An interpreter has begun. */
  void add(Overseer visitor) {
    turns.add(visitor);
  }

  /** There is more than one interpreter from now on. The current thread is in the main one. */
  void share() {
    if (several || minorVersion > NEWEST_THAT_NEEDS_HELP) {
      return;
    }
    if (minorVersion <= NEWEST_WITH_FIRST_STATE && threads.available()) {
      key = keyOf(c.PyThreadState_Get());
    }
    several = true;
    turns.start();
  }

  /** The key is a variable of CPython that nobody can name: it is found by its value. */
  private int keyOf(long threadState) {
    for (int candidate = 0; candidate < PosixThreads.THREAD_KEYS; candidate++) {
      if (threads.pthread_getspecific(candidate) == threadState) {
        return candidate;
      }
    }
    return NO_KEY;
  }

  // --- any thread

  /** Waits for the GIL. <em>Blocks:</em> until it is free. */
  void acquire(long threadState) {
    if (several) {
      acquireInTurn(threadState);
    } else {
      c.PyEval_RestoreThread(threadState);
    }
  }

  private void acquireInTurn(long threadState) {
    if (key != NO_KEY) {
      threads.pthread_setspecific(key, threadState);
    }
    turns.waiting();
    try {
      c.PyEval_RestoreThread(threadState);
    } finally {
      turns.served();
    }
  }

  /** Gives it up. Returns the thread state of the caller. */
  long release() {
    return c.PyEval_SaveThread();
  }
}
