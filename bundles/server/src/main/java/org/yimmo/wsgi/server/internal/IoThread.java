package org.yimmo.wsgi.server.internal;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Limits;
import org.yimmo.wsgi.session.Proxies;
import org.yimmo.wsgi.session.Shared;
import org.yimmo.wsgi.session.Spool;

/**
 * The one thread that does all I/O: it accepts, reads, and writes what workers respond.
 *
 * <p>Writing is done in batches: whatever appends octets to a connection marks it, and at the end
 * of the batch each marked connection is flushed once.
 */
final class IoThread {
  private static final String NAME = "yimmo-server";
  private static final int DRAIN_LIMIT = 256;
  private static final int READ_BYTES = 64 * 1024;
  private static final Duration SHUTDOWN = Duration.ofSeconds(10);
  private static final Duration GRACE_LOOK = Duration.ofMillis(100);
  private static final Duration BEAT = Duration.ofMillis(400);
  private static final Duration LOOK = Duration.ofMillis(1);

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final ExecutorService diskThread;
  private final Shared shared;
  private final Shared rehearsals;

  private volatile boolean stopping; // written by the thread that stops
  private volatile int connectionCount; // written by the I/O thread
  private volatile long beats; // written by the I/O thread

  // I/O thread
  private final byte[] readBuffer = new byte[READ_BYTES];
  private final List<IoConnection> toFlush = new ArrayList<>();
  private final Set<IoConnection> connections = new LinkedHashSet<>();
  private final List<Channel> listeners = new ArrayList<>();
  private final List<Drain> drains = new ArrayList<>();
  private int maxConnections;
  private boolean lookPromised;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final Http2Heads http2Heads = new Http2Heads();
  private boolean acceptingPaused;
  private boolean draining;

  /**
   * Starts nothing yet: the thread begins with its first task.
   *
   * @param died called when the thread ends by an error instead of by {@link #stop}
   */
  IoThread(
      Transport transport,
      int maxConnections,
      Limits limits,
      Proxies proxies,
      AccessLog accessLog,
      Runnable died) {
    this.maxConnections = maxConnections;
    group = new MultiThreadIoEventLoopGroup(1, IoThread::thread, transport.handler());
    loop = group.next();
    var _ =
        loop.terminationFuture()
            .addListener(_ -> {
              if (!stopping) {
                died.run();
              }
            });
    diskThread =
        new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("yimmo-spool"));
    var directory = Path.of(System.getProperty("java.io.tmpdir"));
    var spool = new Spool(diskThread, this::executeAsBatch, directory);
    shared = new Shared(limits, accessLog, spool, System::nanoTime, proxies);
    rehearsals = new Shared(limits, AccessLog.none(), spool, System::nanoTime, Proxies.none());
  }

  private static Thread thread(Runnable task) {
    return new io.netty.util.concurrent.FastThreadLocalThread(task, NAME);
  }

  // --- any thread

  EventLoopGroup group() {
    return group;
  }

  /** Runs a task on the I/O thread; after the end of that thread it does nothing. */
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException _) {
      // the server has stopped: no connection is left that the task could matter to
    }
  }

  /** Runs a task on the I/O thread, and sends what it has written. */
  private void executeAsBatch(Runnable task) {
    execute(() -> {
      task.run();
      flushAll();
    });
  }

  /** Runs a task on the I/O thread and waits for it. */
  private void call(Runnable task) {
    try {
      loop.submit(task).get();
    } catch (RejectedExecutionException _) {
      // as above
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a task of the I/O thread failed", e.getCause());
    }
  }

  /** What this worker responds is taken from now on. */
  void connectWorker(ExchangeQueues queues) {
    var drain = new Drain(queues);
    call(() -> {
      drains.removeIf(Drain::over);
      drains.add(drain);
      queues.onOutput(() -> execute(drain));
    });
  }

  /** Offers an exchange that comes from no session to a worker that is connected. */
  boolean offer(ExchangeQueues queues, Exchange exchange) {
    var accepted = new AtomicBoolean();
    call(() -> accepted.set(queues.offer(exchange)));
    return accepted.get();
  }

  /** Exchanges of {@link #rehearsals} go to these queues, which are connected, from now on. */
  void rehearseWith(ExchangeQueues queues) {
    call(() -> rehearsals.workers().add(queues));
  }

  void rehearsedWith(ExchangeQueues queues) {
    call(() -> rehearsals.workers().remove(queues));
  }

  /** Exchanges of sessions are offered to these queues, which are connected, from now on. */
  void addWorker(ExchangeQueues queues) {
    call(() -> shared.workers().add(queues));
  }

  /**
   * Nothing is offered to these queues any more when this returns. Their output is taken until the
   * exchanges that they accepted have ended.
   */
  void removeWorker(ExchangeQueues queues) {
    call(() -> shared.workers().remove(queues));
  }

  /** Makes {@link #beats} change from now on, which somebody watches. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void beat() {
    var _ = loop.scheduleAtFixedRate(() -> beats++, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A number that changes as long as the I/O thread does its work. */
  long beats() {
    return beats;
  }

  long connectionCount() {
    return connectionCount;
  }

  /** Other limits from now on; those of a head hold for new connections. */
  void change(Limits limits, int connections) {
    execute(() -> {
      shared.limits(limits);
      maxConnections = connections;
      updateAccepting();
    });
  }

  /** What is to be known of sessions, at once: {@code look} is called on the I/O thread. */
  <T> T survey(Function<Collection<IoConnection>, T> look) {
    var seen = new AtomicReference<T>();
    call(() -> seen.set(look.apply(connections)));
    return seen.get();
  }

  void listensOn(Collection<Channel> channels) {
    call(() -> listeners.addAll(channels));
  }

  /**
   * Stops: no new connection, idle ones are closed at once, others when what they began is
   * answered.
   *
   * <p><em>Blocks:</em> until all connections are closed; after {@code grace} they are reset.
   *
   * @param grace asked again and again: it may become shorter meanwhile
   */
  void stop(Supplier<Duration> grace) {
    stopping = true;
    if (!loop.isShuttingDown()) {
      endConnections(grace);
    }
    var _ = group.shutdownGracefully(0, SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    group.terminationFuture().awaitUninterruptibly(SHUTDOWN.toMillis());
    diskThread.shutdown();
  }

  private void endConnections(Supplier<Duration> grace) {
    call(this::drain);
    var start = System.nanoTime();
    try {
      var left = grace.get();
      while (left.isPositive() && !drainedWithin(left)) {
        left = grace.get().minusNanos(System.nanoTime() - start);
      }
      if (!drained.isDone()) {
        call(() -> List.copyOf(connections).forEach(IoConnection::reset));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Or within the time after which the grace period is looked at again. */
  private boolean drainedWithin(Duration left) throws InterruptedException {
    try {
      drained.get(Math.min(left.toNanos(), GRACE_LOOK.toNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  Shared shared() {
    return shared;
  }

  /** For sessions of the server with itself: they count for nothing. */
  Shared rehearsals() {
    return rehearsals;
  }

  // --- I/O thread

  EventLoop loop() {
    return loop;
  }

  /** Where what is read goes on its way to a session. */
  byte[] readBuffer() {
    return readBuffer;
  }

  /** The heads of responses of HTTP/2. */
  Http2Heads http2Heads() {
    return http2Heads;
  }

  void opened(IoConnection connection) {
    connections.add(connection);
    connectionCount = connections.size();
    if (draining) {
      connection.drain();
    }
    updateAccepting();
  }

  void closed(IoConnection connection) {
    connections.remove(connection);
    connectionCount = connections.size();
    updateAccepting();
    if (draining && connections.isEmpty()) {
      drained.complete(null);
    }
  }

  private void updateAccepting() {
    var pause = connections.size() >= maxConnections;
    if (pause != acceptingPaused) {
      acceptingPaused = pause;
      for (var listener : listeners) {
        listener.config().setAutoRead(!pause);
      }
    }
  }

  /** The connection has something to send; it is flushed at the end of the batch. */
  void flushLater(IoConnection connection) {
    toFlush.add(connection);
  }

  /** The end of a batch. */
  void flushAll() {
    for (int i = 0; i < toFlush.size(); i++) { // flushing one may mark another
      toFlush.get(i).flushOrFail();
    }
    toFlush.clear();
    shared.workers().offerWaiting();
    if (!lookPromised) {
      promiseLook();
    }
  }

  /**
   * Where exchanges wait for a worker, it need not wake this thread for each response. That is
   * worth most where each would wake its client, too, and both had nothing else to do.
   */
  private void promiseLook() {
    for (int i = 0; i < drains.size(); i++) {
      if (drains.get(i).queues.unanswered() > 1) {
        lookPromised = true;
        drains.forEach(drain -> drain.queues.promiseDrain(true));
        var _ = loop.schedule(this::look, LOOK.toNanos(), TimeUnit.NANOSECONDS);
        return;
      }
    }
  }

  private void look() {
    lookPromised = false;
    drains.forEach(drain -> drain.queues.promiseDrain(false));
    drains.forEach(Drain::take);
    shared.workers().look();
    flushAll();
  }

  private void drain() {
    draining = true;
    for (var listener : listeners) {
      var _ = listener.close();
    }
    listeners.clear();
    List.copyOf(connections).forEach(IoConnection::drain);
    flushAll();
    if (connections.isEmpty()) {
      drained.complete(null);
    }
  }

  /** Takes what one worker responds. */
  private final class Drain implements Runnable {
    private final ExchangeQueues queues;

    Drain(ExchangeQueues queues) {
      this.queues = queues;
    }

    @Override
    public void run() {
      take();
      flushAll();
    }

    private void take() {
      if (queues.drain(Drain::receive, DRAIN_LIMIT) == DRAIN_LIMIT) {
        execute(this); // others get their turn first
      }
    }

    /** Whether nothing will come any more. */
    boolean over() {
      return queues.closed() && queues.unanswered() == 0;
    }

    private static void receive(ResponsePart part) {
      part.exchange().receiver().receive(part);
    }
  }
}
