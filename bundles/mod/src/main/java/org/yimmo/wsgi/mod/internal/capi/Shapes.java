package org.yimmo.wsgi.mod.internal.capi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls of C functions, all but a few through one method handle, which is a constant for the
 * compiler. The methods are named after the result: {@code j} is a long or a pointer, {@code i} an
 * int, {@code v} nothing.
 *
 * <p>The handle takes four longs and gives a long. The calling conventions of x86-64 (System V ABI
 * §3.2.3) and AArch64 (AAPCS64 §6.8.2) pass such arguments, ints and pointers in registers that a
 * callee with fewer parameters does not look at, and results in one whose upper half an int does
 * not define. A handle for each combination of types would take 5 ms of every start, and there are
 * fifteen.
 *
 * <p>No call is declared critical: what looks short may run Python code.
 */
@SuppressWarnings("restricted") // calling C is what this class is for
final class Shapes {
  static final Linker LINKER = Linker.nativeLinker();

  /** {@code PyStatus}: an enum, two C strings, an int. */
  private static final StructLayout PY_STATUS =
      MemoryLayout.structLayout(
          JAVA_INT,
          MemoryLayout.paddingLayout(4),
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          MemoryLayout.paddingLayout(4));

  private static final FunctionDescriptor FOUR_LONGS =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle CALL = LINKER.downcallHandle(FOUR_LONGS);
  private static final MethodHandle CALL_VARIADIC =
      LINKER.downcallHandle(FOUR_LONGS, Linker.Option.firstVariadicArg(1));
  private static final MethodHandle PY_STATUS_J =
      LINKER.downcallHandle(FunctionDescriptor.of(PY_STATUS, JAVA_LONG));

  private Shapes() {}

  static void v(MemorySegment function) {
    j(function, 0, 0, 0, 0);
  }

  static void v(MemorySegment function, long a) {
    j(function, a, 0, 0, 0);
  }

  static void v(MemorySegment function, long a, long b) {
    j(function, a, b, 0, 0);
  }

  static void v(MemorySegment function, long a, long b, long c) {
    j(function, a, b, c, 0);
  }

  static int i(MemorySegment function) {
    return (int) j(function, 0, 0, 0, 0);
  }

  static int i(MemorySegment function, long a) {
    return (int) j(function, a, 0, 0, 0);
  }

  static int i(MemorySegment function, long a, long b) {
    return (int) j(function, a, b, 0, 0);
  }

  static int i(MemorySegment function, long a, long b, long c) {
    return (int) j(function, a, b, c, 0);
  }

  static long j(MemorySegment function) {
    return j(function, 0, 0, 0, 0);
  }

  static long j(MemorySegment function, long a) {
    return j(function, a, 0, 0, 0);
  }

  static long j(MemorySegment function, long a, long b) {
    return j(function, a, b, 0, 0);
  }

  static long j(MemorySegment function, long a, long b, long c) {
    return j(function, a, b, c, 0);
  }

  private static long j(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) CALL.invokeExact(function, a, b, c, d);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A C function with one named parameter and variable ones behind it. */
  static long variadic(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) CALL_VARIADIC.invokeExact(function, a, b, c, d);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static CPython.PyStatus status(SegmentAllocator memory, MemorySegment function, long a) {
    try {
      var status = (MemorySegment) PY_STATUS_J.invokeExact(function, memory, a);
      return new CPython.PyStatus(status.get(JAVA_INT, 0), status.get(ValueLayout.JAVA_LONG, 16));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A downcall throws nothing of its own; what comes here is a fault of this class. */
  private static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a call of C threw", e);
  }
}
