package org.yimmo.wsgi.worker.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
  private final ExchangeHandler.Responses responses;
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
    responses = watch.<ExchangeHandler.Responses>map(it -> it).orElse(queues::respond);
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
      handler.handle(exchange, responses);
    } catch (Throwable bug) { // ours, not the application's: fail the exchange, keep the worker
      LOG.log(System.Logger.Level.ERROR, "an exchange failed inside the server", bug);
      queues.respond(new ResponsePart.Abort(exchange));
    }
  }
}
