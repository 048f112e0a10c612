package org.yimmo.wsgi.benchmarks;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** An exchange goes to a worker and its response comes back; nobody parses or calls anything. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HandOffBenchmark {
  private static final int BATCH = 16;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final ResponseHead HEAD = new ResponseHead(200, "OK", Fields.none(), 0);

  private final Exchange exchange = Requests.PLAIN.exchange("/");
  private final ExchangeQueues alone = new ExchangeQueues("this thread", 64);
  private final ExchangeQueues shared = new ExchangeQueues("another thread", 64);
  private Thread worker;

  @Setup
  public void start() {
    var server = Thread.currentThread();
    shared.onOutput(() -> LockSupport.unpark(server));
    worker = Thread.ofPlatform().name("worker").daemon().start(this::serve);
  }

  private void serve() {
    for (var next = shared.take(); next.isPresent(); next = shared.take()) {
      shared.respond(response(next.get()));
    }
  }

  @TearDown
  public void stop() throws InterruptedException {
    shared.close();
    worker.join();
  }

  /** Both ways on one thread: what the queues cost when nobody sleeps. */
  @Benchmark
  public int uncontended() {
    if (!alone.offer(exchange)) {
      throw new AssertionError("the queue is full");
    }
    alone.respond(response(alone.take().orElseThrow()));
    return alone.drain(_ -> {}, BATCH);
  }

  /** To another thread and back, one at a time: both sides sleep and are woken each time. */
  @Benchmark
  public void roundTrip() {
    exchange(1);
  }

  /** The same for sixteen at once, per exchange. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void roundTripInBatches() {
    exchange(BATCH);
  }

  private void exchange(int count) {
    for (int i = 0; i < count; i++) {
      if (!shared.offer(exchange)) {
        throw new AssertionError("the queue is full");
      }
    }
    for (int left = count; left > 0; ) {
      var drained = shared.drain(_ -> {}, BATCH);
      if (drained == 0) {
        LockSupport.park(this);
      }
      left -= drained;
    }
  }

  private static ResponsePart response(Exchange exchange) {
    return new ResponsePart.Whole(exchange, HEAD, NOTHING);
  }
}
