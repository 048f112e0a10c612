package org.yimmo.wsgi.mod.internal.capi;

/**
 * Where the stack of a thread is, {@code pthread_getattr_np} of Linux, and what it keeps for
 * itself.
 *
 * <p>Source: POSIX.1-2017, {@code <pthread.h>}, and <a
 * href="https://man7.org/linux/man-pages/man3/pthread_getattr_np.3.html">pthread_getattr_np(3)</a>.
 */
public interface PosixThreads {
  /** {@code sizeof(pthread_attr_t)} is 56 or 64 on Linux. */
  int ATTRIBUTE_BYTES = 128;

  /** {@code _POSIX_THREAD_KEYS_MAX}: what every system has. */
  int THREAD_KEYS = 128;

  /** Whether this system has these functions; macOS has others. */
  boolean available();

  long pthread_self();

  /** Fills {@code attributes}; an error number or 0. */
  int pthread_getattr_np(long thread, long attributes);

  /** The lowest address and the size go to two variables; an error number or 0. */
  int pthread_attr_getstack(long attributes, long address, long size);

  int pthread_attr_destroy(long attributes);

  /** The value of the caller for a key; NULL: none, also for a key that nobody made. */
  long pthread_getspecific(int key);

  /** An error number or 0. */
  int pthread_setspecific(int key, long value);
}
