package org.yimmo.wsgi.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.context.internal.SingleApplication;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.mod.internal.LivePython;

/**
 * What a worker does for an exchange: the route, the environ, the call, the response, here dropped.
 * Taken off the others, {@link #java} shows what Python and the way to it cost.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public class CallBenchmark {
  private static final byte[] HELLO = "Hello, world!\n".getBytes(US_ASCII);
  private static final List<Field> FIELDS =
      List.of(new Field("Content-Type", "text/plain"), new Field("Content-Length", "14"));

  @Param public Requests request;

  /** As {@code --python}. */
  @Param("")
  public String python;

  /** Where {@code bench.py} is; relative to the folder of the build's output. */
  @Param("../../apps")
  public String applications;

  private ExchangeHandler inJava;
  private ExchangeHandler inPython;

  @Setup
  public void load() throws Exception {
    inJava =
        SingleApplication.handler((_, startResponse) -> {
          var _ = startResponse.start("200 OK", FIELDS);
          return List.of(ByteBuffer.wrap(HELLO));
        });
    inPython =
        SingleApplication.handler(
            LivePython.start(python)
                .load(Path.of(applications).toAbsolutePath(), "bench", "application"));
  }

  @Benchmark
  public void java(Blackhole hole) {
    call(inJava, "/", hole);
  }

  @Benchmark
  public void hello(Blackhole hole) {
    call(inPython, "/", hole);
  }

  @Benchmark
  public void tenKib(Blackhole hole) {
    call(inPython, "/10k", hole);
  }

  /** A hundred chunks. */
  @Benchmark
  public void generator(Blackhole hole) {
    call(inPython, "/generator", hole);
  }

  /** Calls of Python into Java, {@code wsgi.input.read(0)}, with the Python loop around them. */
  @Benchmark
  @OperationsPerInvocation(1000)
  public void upcall(Blackhole hole) {
    call(inPython, "/upcalls", hole);
  }

  private void call(ExchangeHandler handler, String path, Blackhole hole) {
    var exchange = request.exchange(path);
    handler.handle(
        exchange,
        part -> {
          if (part instanceof ResponsePart.Abort) {
            throw new AssertionError("the application failed");
          }
          exchange.returnCredit(part.length());
          hole.consume(part);
        });
  }
}
