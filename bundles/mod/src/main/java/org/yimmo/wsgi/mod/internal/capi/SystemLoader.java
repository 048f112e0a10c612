package org.yimmo.wsgi.mod.internal.capi;

import java.lang.foreign.MemorySegment;

/** The C library of the process. */
@SuppressWarnings("MemberName") // C names
public final class SystemLoader implements DynamicLoader {
  private final MemorySegment dlopen = Shapes.LINKER.defaultLookup().findOrThrow("dlopen");
  private final MemorySegment dlerror = Shapes.LINKER.defaultLookup().findOrThrow("dlerror");

  @Override
  public long dlopen(long path, int flags) {
    return Shapes.j(dlopen, path, flags);
  }

  @Override
  public long dlerror() {
    return Shapes.j(dlerror);
  }
}
