package org.yimmo.wsgi.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
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
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Connection;
import org.yimmo.wsgi.session.Limits;
import org.yimmo.wsgi.session.Proxies;
import org.yimmo.wsgi.session.Session;
import org.yimmo.wsgi.session.Shared;
import org.yimmo.wsgi.session.Spool;

/**
 * All that the I/O thread does for a request but the socket: octets in, the exchange into the queue
 * of a worker, its response out of the queue, octets out. The worker is played on the same thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public class SessionBenchmark {
  private static final int PIPELINED = 16;
  private static final byte[] HELLO = "Hello, world!\n".getBytes(US_ASCII);
  private static final ResponseHead HEAD =
      new ResponseHead(200, "OK", Fields.of("Content-Type", "text/plain"), HELLO.length);

  @Param public Requests request;

  private final ExchangeQueues queues = new ExchangeQueues("worker", 64);
  private Session session;
  private CountingConnection connection;
  private byte[] one;
  private byte[] several;

  @Setup
  public void make() {
    var minute = Duration.ofMinutes(1);
    var limits = new Limits(8190, 32768, 0, 1 << 20, minute, minute, minute, minute);
    var spool = new Spool(Runnable::run, Runnable::run, Path.of("."));
    var shared = new Shared(limits, AccessLog.none(), spool, System::nanoTime, Proxies.none());
    shared.workers().add(queues);
    connection = new CountingConnection();
    session = new Session(connection, Requests.ENDPOINTS, shared);
    session.opened();
    one = request.octets("/", "");
    several = new byte[PIPELINED * one.length];
    for (int i = 0; i < PIPELINED; i++) {
      System.arraycopy(one, 0, several, i * one.length, one.length);
    }
  }

  @Benchmark
  public long oneRequest() {
    return exchange(one, 1);
  }

  @Benchmark
  @OperationsPerInvocation(PIPELINED)
  public long pipelined() {
    return exchange(several, PIPELINED);
  }

  private long exchange(byte[] octets, int requests) {
    session.received(octets, 0, octets.length);
    var answered = 0;
    while (answered < requests) {
      while (queues.unanswered() > 0) {
        var exchange = queues.take().orElseThrow();
        queues.respond(new ResponsePart.Whole(exchange, HEAD, ByteBuffer.wrap(HELLO)));
      }
      var drained = queues.drain(part -> part.exchange().receiver().receive(part), PIPELINED);
      if (drained == 0) {
        throw new AssertionError("a request was not handed to the worker");
      }
      answered += drained;
    }
    return connection.octets;
  }

  /** Its socket takes everything at once. */
  private static final class CountingConnection implements Connection {
    private long octets;

    @Override
    public void expect(int contentBytes) {}

    @Override
    public void write(byte[] written, int from, int to) {
      octets += to - from;
    }

    @Override
    public void write(ByteBuffer content) {
      octets += content.remaining();
    }

    @Override
    public void write(ContentBlocks.Block block) {
      octets += block.bytes().remaining();
      block.release();
    }

    @Override
    public void flush() {}

    @Override
    public void returnCreditWhenWritten(Exchange exchange, int bytes) {
      exchange.returnCredit(bytes);
    }

    @Override
    public boolean congested() {
      return false;
    }

    @Override
    public boolean drained() {
      return true;
    }

    @Override
    public long writeProgress() {
      return octets;
    }

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void wakeAt(long nanos) {}

    @Override
    public void endOutput() {}

    @Override
    public void close() {
      throw new AssertionError("the session closes the connection");
    }

    @Override
    public void reset() {
      throw new AssertionError("the session resets the connection");
    }
  }
}
