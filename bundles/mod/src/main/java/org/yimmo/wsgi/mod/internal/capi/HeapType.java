package org.yimmo.wsgi.mod.internal.capi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Optional;

/**
 * A Python type whose methods are written in Java.
 *
 * <p>A method returns a new reference, or NULL with the error indicator set. It must not throw: an
 * exception that leaves it ends the JVM.
 *
 * <p>Source: <a href="https://docs.python.org/3/c-api/type.html#creating-heap-allocated-types">
 * Creating Heap-Allocated Types</a>.
 */
public final class HeapType {
  /** {@code sizeof(PyObject)}: where the memory of an instance's own begins. */
  public static final int INSTANCE_OFFSET = 16;

  /** {@code METH_FASTCALL}; {@code arguments} points to {@code count} borrowed references. */
  @FunctionalInterface
  public interface Fastcall {
    /** {@return new} */
    long call(long self, long arguments, long count);
  }

  /** {@code METH_FASTCALL | METH_KEYWORDS}; {@code names} is a tuple or NULL. */
  @FunctionalInterface
  public interface FastcallKeywords {
    /** {@return new} */
    long call(long self, long arguments, long count, long names);
  }

  /** {@code tp_iternext}. */
  @FunctionalInterface
  public interface Next {
    /**
     * NULL without an error: the end.
     *
     * @return new
     */
    long call(long self);
  }

  /** A method of the type. */
  public record Method(String name, String doc, int flags, MemorySegment function) {
    public static Method of(String name, String doc, Fastcall function) {
      return new Method(name, doc, CPython.METH_FASTCALL, stub(Fastcall.class, function, 3));
    }

    public static Method withKeywords(String name, String doc, FastcallKeywords function) {
      return new Method(
          name,
          doc,
          CPython.METH_FASTCALL | CPython.METH_KEYWORDS,
          stub(FastcallKeywords.class, function, 4));
    }
  }

  // Global: C keeps stubs, tables and names as long as the type, which lives as long as the
  // process.
  private static final Arena FOREVER = Arena.global();

  private HeapType() {}

  /** {@return borrowed; one of the arguments of a method} */
  public static long argument(long arguments, int index) {
    return Memory.pointer(arguments + 8L * index);
  }

  /**
   * Makes a type of objects, each with {@code instanceBytes} zeroed bytes of its own at {@link
   * #INSTANCE_OFFSET}.
   *
   * @param next makes them iterators
   * @return new; NULL: it failed
   */
  public static long create(
      CPython c,
      String name,
      String doc,
      int instanceBytes,
      List<Method> methods,
      Optional<Next> next) {
    var table = FOREVER.allocate(32L * (methods.size() + 1), 8); // PyMethodDef[], zeroed end
    for (int i = 0; i < methods.size(); i++) {
      var method = methods.get(i);
      var entry = table.asSlice(32L * i, 32);
      entry.set(JAVA_LONG, 0, FOREVER.allocateFrom(method.name()).address());
      entry.set(JAVA_LONG, 8, method.function().address());
      entry.set(JAVA_INT, 16, method.flags());
      entry.set(JAVA_LONG, 24, FOREVER.allocateFrom(method.doc()).address());
    }
    var slots = FOREVER.allocate(16L * 5, 8); // PyType_Slot[], zeroed end
    slot(slots, 0, CPython.Py_tp_methods, table.address());
    slot(slots, 1, CPython.Py_tp_doc, FOREVER.allocateFrom(doc).address());
    if (next.isPresent()) {
      slot(slots, 2, CPython.Py_tp_iter, c.address("PyObject_SelfIter"));
      slot(slots, 3, CPython.Py_tp_iternext, stub(Next.class, next.get(), 1).address());
    }
    var spec = FOREVER.allocate(32, 8); // PyType_Spec
    spec.set(JAVA_LONG, 0, FOREVER.allocateFrom(name).address());
    spec.set(JAVA_INT, 8, INSTANCE_OFFSET + instanceBytes);
    spec.set(JAVA_INT, 16, CPython.Py_TPFLAGS_DEFAULT);
    spec.set(JAVA_LONG, 24, slots.address());
    return c.PyType_FromSpec(spec.address());
  }

  private static void slot(MemorySegment slots, int index, int id, long pointer) {
    slots.set(JAVA_INT, 16L * index, id);
    slots.set(JAVA_LONG, 16L * index + 8, pointer);
  }

  @SuppressWarnings("restricted") // what C may call is decided here
  private static <T> MemorySegment stub(Class<T> function, T implementation, int parameters) {
    var longs = new ValueLayout[parameters];
    java.util.Arrays.fill(longs, JAVA_LONG);
    var shape = FunctionDescriptor.of(JAVA_LONG, longs);
    return Shapes.LINKER.upcallStub(
        handle(function, shape.toMethodType()).bindTo(implementation), shape, FOREVER);
  }

  private static MethodHandle handle(Class<?> function, MethodType type) {
    try {
      return MethodHandles.lookup().findVirtual(function, "call", type);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("a functional interface of this file has no call", e);
    }
  }
}
