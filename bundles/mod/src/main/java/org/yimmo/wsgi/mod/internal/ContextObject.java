package org.yimmo.wsgi.mod.internal;

import org.yimmo.wsgi.mod.internal.capi.HeapType;
import org.yimmo.wsgi.mod.internal.capi.Memory;

/**
 * An instance of {@code yimmo.Context} with its two bound methods. It serves one request after the
 * other as long as no application keeps a reference to it beyond the request.
 *
 * <p><em>Thread:</em> one that holds the GIL.
 */
final class ContextObject implements AutoCloseable {
  private static final int DETACHED = 0;

  private final Python py;
  private final Owned object;
  private final Owned startResponse;
  private final Owned write;
  private int settled;

  ContextObject(Python py, ContextType type, int handle) {
    this.py = py;
    object = py.owned(py.c().PyType_GenericAlloc(type.type(), 0));
    Memory.pointer(object.borrow() + HeapType.INSTANCE_OFFSET, handle);
    startResponse = py.attribute(object.borrow(), "start_response");
    write = py.attribute(object.borrow(), "write");
  }

  /** The handle of the worker that an instance serves; 0: none any more. */
  static int handle(long object) {
    return (int) Memory.pointer(object + HeapType.INSTANCE_OFFSET);
  }

  long object() {
    return object.borrow();
  }

  long startResponse() {
    return startResponse.borrow();
  }

  long write() {
    return write.borrow();
  }

  /** All references there are now are ours. */
  void settle() {
    settled = py.references(object.borrow());
  }

  /** Whether somebody else has a reference. */
  boolean kept() {
    return py.references(object.borrow()) != settled
        || py.references(startResponse.borrow()) != 1
        || py.references(write.borrow()) != 1;
  }

  /** Its methods fail from now on. */
  void detach() {
    Memory.pointer(object.borrow() + HeapType.INSTANCE_OFFSET, DETACHED);
  }

  @Override
  public void close() {
    write.close();
    startResponse.close();
    object.close();
  }
}
