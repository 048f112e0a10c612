package org.yimmo.wsgi.mod.internal.capi;

/**
 * {@code dlopen} and {@code dlerror} of the C library.
 *
 * <p>Source: POSIX.1-2017, {@code <dlfcn.h>}.
 */
public interface DynamicLoader {
  /** {@code RTLD_NOW}. */
  int RTLD_NOW = 2;

  /**
   * A handle, or NULL.
   *
   * @param path a C string
   */
  long dlopen(long path, int flags);

  /** The last failure of this thread as a C string, or NULL. */
  long dlerror();

  /** {@code RTLD_GLOBAL}, which differs between systems. */
  static int RTLD_GLOBAL() {
    return System.getProperty("os.name").startsWith("Mac") ? 0x8 : 0x100;
  }
}
