package org.yimmo.wsgi.worker.internal;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponsePart;

/** One worker thread with its queues: takes an exchange, serves it, takes the next. */
final class Worker implements Watch.Subject {
  private static final System.Logger LOG = System.getLogger(Worker.class.getName());

  /**
   * C code of Python recurses on this stack; what the JVM gives by default ends the process before
   * CPython sees its recursion limit. The memory is used only as far as the recursion goes.
   */
  private static final long STACK_BYTES = 64L << 20;

  private final ExchangeQueues queues;
  private final BundleContext bundle;
  private final Optional<Watch> watch;
  private final Answers answers;
  private final ExchangeHandler handler;
  private final Thread thread;
  private final AtomicReference<Optional<ServiceRegistration<ExchangeQueues>>> registration =
      new AtomicReference<>(Optional.empty());

  /**
   * @param deadline how long an exchange may run; zero: as long as it likes
   */
  Worker(
      int number,
      int queueCapacity,
      Duration deadline,
      ExchangeHandler handler,
      BundleContext bundle) {
    queues = new ExchangeQueues("worker-" + number, queueCapacity);
    this.bundle = bundle;
    watch = deadline.isZero() ? Optional.empty() : Optional.of(new Watch(queues, this, deadline));
    answers = watch.<Answers>map(it -> it).orElseGet(() -> new Answers(queues));
    this.handler = handler;
    thread =
        Thread.ofPlatform()
            .name("yimmo-" + queues.worker())
            .daemon()
            .stackSize(STACK_BYTES)
            .unstarted(() -> watch.ifPresentOrElse(this::serve, this::serve));
  }

  // --- the threads of the framework

  String name() {
    return queues.worker();
  }

  /** Empty: exchanges have no deadline. */
  Optional<Watch> watch() {
    return watch;
  }

  void start() {
    thread.start();
    offer();
  }

  /** Ends the service first: once that returns, the server offers nothing more. */
  void close() {
    withdraw();
    queues.close();
  }

  /** Whether the thread has ended, after waiting for it no longer than {@code patience}. */
  boolean join(Duration patience) {
    try {
      return thread.join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  // --- the console

  /** What the worker does, as a row for people. */
  Map<String, Object> summary() {
    var row = new LinkedHashMap<String, Object>();
    var serving = queues.serving();
    row.put("thread", queues.worker());
    row.put("state", state(serving));
    row.put("waiting", Math.max(0, queues.unanswered() - (serving.isPresent() ? 1 : 0)));
    row.put("requests", queues.taken());
    row.put("queue-wait.micros", TimeUnit.NANOSECONDS.toMicros(queues.recentWait().toNanos()));
    row.put("lock-wait.micros", answers.application().recentWait(thread).toNanos() / 1000);
    describe(serving, row);
    return row;
  }

  private String state(Optional<Exchange> serving) {
    if (watch.filter(Watch::stuck).isPresent()) {
      return "stuck";
    }
    if (watch.filter(Watch::overdue).isPresent()) {
      return "overdue";
    }
    return serving
        .map(exchange -> exchange.waitsForClient() ? "waits for client" : "busy")
        .orElse("idle");
  }

  /** Where the worker is, if it has an exchange. <em>Blocks:</em> a second or so at most. */
  Map<String, Object> stack() {
    var row = new LinkedHashMap<String, Object>();
    var serving = queues.serving();
    row.put("thread", queues.worker());
    row.put("state", state(serving));
    describe(serving, row);
    row.put("stack", serving.map(_ -> answers.application().stack(thread)).orElse(""));
    return row;
  }

  private static void describe(Optional<Exchange> serving, Map<String, Object> row) {
    row.put(
        "age.millis",
        serving
            .map(it -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - it.receivedNanos()))
            .orElse(null));
    row.put(
        "request",
        serving.map(it -> it.request().method() + " " + it.request().target()).orElse(""));
  }

  // --- the threads of the framework, the watchdog

  @Override
  public Thread thread() {
    return thread;
  }

  @Override
  public void offer() {
    var properties = FrameworkUtil.asDictionary(Map.of("worker.name", queues.worker()));
    registration.set(Optional.of(bundle.registerService(ExchangeQueues.class, queues, properties)));
  }

  @Override
  public void withdraw() {
    registration.getAndSet(Optional.empty()).ifPresent(ServiceRegistration::unregister);
  }

  // --- the worker thread

  private void serve(Watch watching) {
    for (var next = queues.take(); next.isPresent(); next = queues.take()) {
      var exchange = next.get();
      watching.begins(exchange);
      serve(exchange);
      watching.ended(exchange);
    }
  }

  private void serve() {
    for (var next = queues.take(); next.isPresent(); next = queues.take()) {
      serve(next.get());
    }
  }

  private void serve(Exchange exchange) {
    try {
      handler.handle(exchange, answers);
    } catch (Throwable bug) { // ours, not the application's: fail the exchange, keep the worker
      LOG.log(System.Logger.Level.ERROR, "an exchange failed inside the server", bug);
      queues.respond(new ResponsePart.Abort(exchange));
    }
  }
}
