package org.yimmo.wsgi.mod.internal;

import org.yimmo.wsgi.mod.internal.capi.CPython;

/**
 * A reference that we own: it is closed once, or stolen. A plain {@code long} is a borrowed one.
 *
 * <p><em>Thread:</em> one that holds the GIL.
 */
final class Owned implements AutoCloseable {
  private final CPython c;
  private long address;

  Owned(CPython c, long address) {
    this.c = c;
    this.address = address;
  }

  /** The object, for as long as this is open. */
  long borrow() {
    return address;
  }

  /** Gives the reference away, to a C function that steals it or to C code that owns it then. */
  long steal() {
    var stolen = address;
    address = 0;
    return stolen;
  }

  /** Gives the reference back. Python code may run: the object may be destroyed. */
  @Override
  public void close() {
    var closed = steal();
    if (closed != 0) {
      c.Py_DecRef(closed);
    }
  }
}
