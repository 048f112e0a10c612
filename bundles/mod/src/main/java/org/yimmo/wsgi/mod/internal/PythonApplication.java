package org.yimmo.wsgi.mod.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.application.WebSocketEndpoint;

/**
 * A WSGI application in Python.
 *
 * <p>The GIL is taken when it is called. A response that is one bytes object in a list, the usual
 * one, is copied out and the GIL released before the call returns. Any other iterable is iterated
 * with the GIL held, and released when it is closed: between two chunks the server only queues.
 *
 * <p><em>Thread:</em> any; each becomes a {@link Worker} at its first call.
 */
final class PythonApplication implements Application {
  private final Python py;
  private final Workers workers;
  private final Overseer overseer;
  private final WebSockets sockets;
  private final Owned application; // as long as the interpreter: a request may be in it
  private final Owned endpoints; // likewise: a list
  private final Owned rehearsal; // likewise

  /**
   * @param endpoints what it wants of WebSockets
   * @param rehearsal what is called in place of the application to get warm
   */
  PythonApplication(
      Python py,
      Workers workers,
      Overseer overseer,
      WebSockets sockets,
      Owned application,
      Owned endpoints,
      Owned rehearsal) {
    this.py = py;
    this.workers = workers;
    this.overseer = overseer;
    this.sockets = sockets;
    this.application = application;
    this.endpoints = endpoints;
    this.rehearsal = rehearsal;
  }

  @Override
  public Application rehearsal() {
    return new PythonApplication(py, workers, overseer, sockets, rehearsal, endpoints, rehearsal);
  }

  @Override
  public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
    var worker = workers.current();
    worker.enter(workers);
    var call = new Call(py, worker);
    try {
      call.start(application.borrow(), environ, startResponse);
      return call.content();
    } catch (Throwable e) {
      call.finish();
      throw e;
    }
  }

  @Override
  public Optional<WebSocketEndpoint> webSocket(Environ environ) {
    var found = new AtomicReference<Optional<WebSocketEndpoint>>();
    workers
        .current()
        .callback(
            workers,
            worker ->
                found.set(
                    sockets
                        .taker(endpoints.borrow(), () -> worker.environ(environ))
                        .map(taker ->
                            new PythonEndpoint(py, workers, sockets, endpoints.borrow(), taker))));
    return found.get();
  }

  @Override
  public void whileWaiting(Runnable wait) {
    workers.whileWaiting(wait);
  }

  @Override
  public String stack(Thread thread) {
    try {
      var worker = workers.of(thread).filter(Worker::inside);
      var lines = worker.isPresent() ? overseer.stack(worker.get()) : "";
      return lines.isEmpty() ? Application.super.stack(thread) : lines;
    } catch (TimeoutException _) {
      return "no Python stack can be taken: C code holds the GIL and does not give it up;"
          + " the thread's Java stack:\n"
          + Application.super.stack(thread);
    }
  }

  /** For the GIL. */
  @Override
  public Duration recentWait(Thread thread) {
    return workers.of(thread).map(Worker::recentWait).orElse(Duration.ZERO);
  }

  /** By {@code yimmo.Timeout}, raised at the thread's next bytecode. */
  @Override
  public void interrupt(Thread thread) {
    workers.of(thread).ifPresent(overseer::interrupt);
  }

  @Override
  public String describe(Throwable failure) {
    return failure instanceof PythonException e ? e.traceback() : "";
  }
}
