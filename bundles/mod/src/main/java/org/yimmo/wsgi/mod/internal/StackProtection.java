package org.yimmo.wsgi.mod.internal;

import java.lang.foreign.Arena;
import org.yimmo.wsgi.mod.internal.capi.CPython;
import org.yimmo.wsgi.mod.internal.capi.Memory;
import org.yimmo.wsgi.mod.internal.capi.PosixThreads;
import org.yimmo.wsgi.mod.internal.capi.SystemThreads;

/**
 * Keeps room on the stack for Java.
 *
 * <p>CPython 3.14 lets recursion go on until a few pages are left of the thread's stack. An upcall
 * needs more: without room the JVM ends the process. Earlier versions count calls instead, so that
 * the large stacks of our threads suffice.
 */
final class StackProtection {
  private static final long ROOM_FOR_JAVA = 1 << 20;

  private final CPython c;
  private final PosixThreads threads = new SystemThreads();

  StackProtection(CPython c) {
    this.c = c;
  }

  /** Takes the end of the stack of the current thread, which holds the GIL, from Python. */
  void reserve() {
    if (!c.hasStackProtection() || !threads.available()) {
      return;
    }
    try (var arena = Arena.ofConfined()) {
      var attributes = arena.allocate(PosixThreads.ATTRIBUTE_BYTES, 8).address();
      var start = arena.allocate(16, 8).address();
      var size = start + 8;
      if (threads.pthread_getattr_np(threads.pthread_self(), attributes) != 0) {
        return;
      }
      if (threads.pthread_attr_getstack(attributes, start, size) == 0) {
        protect(Memory.pointer(start), Memory.pointer(size));
      }
      threads.pthread_attr_destroy(attributes);
    }
  }

  private void protect(long start, long size) {
    var room = Math.min(ROOM_FOR_JAVA, size / 2);
    var result =
        c.PyUnstable_ThreadState_SetStackProtection(
            c.PyThreadState_Get(), start + room, size - room);
    if (result != 0) {
      c.PyErr_Clear(); // Python keeps the limits it found itself
    }
  }
}
