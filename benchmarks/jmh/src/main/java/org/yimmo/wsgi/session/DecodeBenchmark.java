package org.yimmo.wsgi.session;

import java.time.Duration;
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
import org.yimmo.wsgi.benchmarks.Requests;

/** The head of a request is found, parsed and checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {
  static final Limits LIMITS =
      new Limits(
          8190,
          32768,
          0,
          1 << 20,
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1));

  @Param public Requests request;

  private HeadDecoder decoder;
  private byte[] head;
  private byte[][] otherTargets;
  private byte[][] otherFields;
  private int turn;

  @Setup
  public void make() {
    decoder = new HeadDecoder(LIMITS);
    head = request.octets("/", "");
    otherTargets = new byte[][] {request.octets("/a?x=1", ""), request.octets("/b?x=2", "")};
    otherFields = new byte[][] {request.octets("/", "X-A: 1"), request.octets("/", "X-B: 2")};
  }

  /** A client repeats its request octet by octet. */
  @Benchmark
  public RequestHead same() throws RefusedException {
    return decode(head);
  }

  /** The fields are the same, the target changes: what a browser does. */
  @Benchmark
  public RequestHead otherTarget() throws RefusedException {
    return decode(otherTargets[turn++ & 1]);
  }

  /** Nothing is as before: the first request of a connection, or one behind a proxy. */
  @Benchmark
  public RequestHead otherFields() throws RefusedException {
    return decode(otherFields[turn++ & 1]);
  }

  private RequestHead decode(byte[] octets) throws RefusedException {
    if (decoder.decode(octets, 0, octets.length) != octets.length) {
      throw new AssertionError("the head was not found");
    }
    var found = decoder.head();
    found.check();
    return found;
  }
}
