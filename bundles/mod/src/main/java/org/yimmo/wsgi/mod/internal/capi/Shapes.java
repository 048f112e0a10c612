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
 * Calls of C functions by their shape: one method handle for all functions with the same parameter
 * and result types, so that few are made at start and each is a constant for the compiler. {@code
 * J} is a long or a pointer, {@code I} an int, {@code V} nothing; the result comes first.
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

  private static final MethodHandle V = handle(FunctionDescriptor.ofVoid());
  private static final MethodHandle V_J = handle(FunctionDescriptor.ofVoid(JAVA_LONG));
  private static final MethodHandle V_I = handle(FunctionDescriptor.ofVoid(JAVA_INT));
  private static final MethodHandle V_JJ = handle(FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle V_JJJ =
      handle(FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle I = handle(FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle I_J = handle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle I_JJ =
      handle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle I_JJJ =
      handle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle J = handle(FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle J_J = handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle J_JJ =
      handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle J_JI =
      handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle J_JJI =
      handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle J_JJJ =
      handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle J_J_VARIADIC_JJJ =
      handle(
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle PY_STATUS_J =
      handle(FunctionDescriptor.of(PY_STATUS, JAVA_LONG));

  /** Few processes need these: making a handle takes milliseconds. */
  private static final class Rare {
    private static final MethodHandle I_IJ =
        handle(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle J_I = handle(FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  }

  private Shapes() {}

  private static MethodHandle handle(FunctionDescriptor shape, Linker.Option... options) {
    return LINKER.downcallHandle(shape, options);
  }

  static void v(MemorySegment function) {
    try {
      V.invokeExact(function);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void v(MemorySegment function, long a) {
    try {
      V_J.invokeExact(function, a);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void v(MemorySegment function, int a) {
    try {
      V_I.invokeExact(function, a);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void v(MemorySegment function, long a, long b) {
    try {
      V_JJ.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void v(MemorySegment function, long a, long b, long c) {
    try {
      V_JJJ.invokeExact(function, a, b, c);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int i(MemorySegment function) {
    try {
      return (int) I.invokeExact(function);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int i(MemorySegment function, long a) {
    try {
      return (int) I_J.invokeExact(function, a);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int i(MemorySegment function, long a, long b) {
    try {
      return (int) I_JJ.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int i(MemorySegment function, long a, long b, long c) {
    try {
      return (int) I_JJJ.invokeExact(function, a, b, c);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function) {
    try {
      return (long) J.invokeExact(function);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int i(MemorySegment function, int a, long b) {
    try {
      return (int) Rare.I_IJ.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, int a) {
    try {
      return (long) Rare.J_I.invokeExact(function, a);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, long a) {
    try {
      return (long) J_J.invokeExact(function, a);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, long a, long b) {
    try {
      return (long) J_JJ.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, long a, int b) {
    try {
      return (long) J_JI.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, long a, long b, int c) {
    try {
      return (long) J_JJI.invokeExact(function, a, b, c);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static long j(MemorySegment function, long a, long b, long c) {
    try {
      return (long) J_JJJ.invokeExact(function, a, b, c);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A C function with one named parameter and variable ones behind it. */
  static long variadic(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) J_J_VARIADIC_JJJ.invokeExact(function, a, b, c, d);
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
