package org.yimmo.wsgi.benchmarks;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.yimmo.wsgi.mod.internal.LivePython;
import org.yimmo.wsgi.mod.internal.capi.CPython;

/** Single calls into CPython, on a thread that holds the GIL. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ForeignCallBenchmark {
  private static final int VARIABLES = 20;
  private static final String TEXT = "text/html,application/xhtml+xml";

  /** As {@code --python}. */
  @Param("")
  public String python;

  private CPython c;
  private long dict;
  private long text;
  private long key;

  @Setup
  public void attach() throws Exception {
    c = LivePython.start(python).functions();
    var _ = c.PyGILState_Ensure(); // never released: the thread ends with the JVM
    // Global: Python is never told that a benchmark is over.
    text = Arena.global().allocateFrom(TEXT).address();
    dict = c.PyObject_CallObject(c.address("PyDict_Type"), 0);
    for (int i = 0; i < VARIABLES; i++) {
      key = c.PyUnicode_InternFromString(Arena.global().allocateFrom("HTTP_X_" + i).address());
      if (c.PyDict_SetItem(dict, key, string()) != 0) {
        throw new AssertionError("the dict was not filled");
      }
    }
  }

  private long string() {
    return c.PyUnicode_DecodeLatin1(text, TEXT.length(), 0);
  }

  /** Next to nothing happens in C: what the way there and back costs. */
  @Benchmark
  public long downcall() {
    return c.PyErr_Occurred();
  }

  @Benchmark
  public void releaseAndTakeGil() {
    c.PyEval_RestoreThread(c.PyEval_SaveThread());
  }

  @Benchmark
  public void makeAndDropString() {
    c.Py_DecRef(string());
  }

  @Benchmark
  public int setItem() {
    return c.PyDict_SetItem(dict, key, key);
  }

  /** A dict of twenty items, as an environ. */
  @Benchmark
  public void copyAndDropDict() {
    c.Py_DecRef(c.PyDict_Copy(dict));
  }
}
