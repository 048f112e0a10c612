package org.yimmo.wsgi.mod.internal.capi;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The threads of the C library of this process. */
@SuppressWarnings("MemberName") // C names
public final class SystemThreads implements PosixThreads {
  private final Optional<MemorySegment> pthread_self = function("pthread_self");
  private final Optional<MemorySegment> pthread_getattr_np = function("pthread_getattr_np");
  private final Optional<MemorySegment> pthread_attr_getstack = function("pthread_attr_getstack");
  private final Optional<MemorySegment> pthread_attr_destroy = function("pthread_attr_destroy");
  private final Optional<MemorySegment> pthread_getspecific = function("pthread_getspecific");
  private final Optional<MemorySegment> pthread_setspecific = function("pthread_setspecific");

  private static Optional<MemorySegment> function(String name) {
    return Shapes.LINKER.defaultLookup().find(name);
  }

  @Override
  public boolean available() {
    return pthread_getattr_np.isPresent();
  }

  @Override
  public long pthread_self() {
    return Shapes.j(pthread_self.orElseThrow());
  }

  @Override
  public int pthread_getattr_np(long thread, long attributes) {
    return Shapes.i(pthread_getattr_np.orElseThrow(), thread, attributes);
  }

  @Override
  public int pthread_attr_getstack(long attributes, long address, long size) {
    return Shapes.i(pthread_attr_getstack.orElseThrow(), attributes, address, size);
  }

  @Override
  public int pthread_attr_destroy(long attributes) {
    return Shapes.i(pthread_attr_destroy.orElseThrow(), attributes);
  }

  @Override
  public long pthread_getspecific(int key) {
    return Shapes.j(pthread_getspecific.orElseThrow(), key);
  }

  @Override
  public int pthread_setspecific(int key, long value) {
    return Shapes.i(pthread_setspecific.orElseThrow(), key, value);
  }
}
