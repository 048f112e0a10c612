package org.yimmo.wsgi.mod.internal;

import java.nio.ByteBuffer;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;

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
  private final Owned application; // as long as the interpreter: a request may be in it

  PythonApplication(Python py, Workers workers, Owned application) {
    this.py = py;
    this.workers = workers;
    this.application = application;
  }

  @Override
  public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
    var worker = workers.current();
    worker.enter(workers);
    var call = new Call(py, worker);
    try {
      call.start(application.borrow(), environ, startResponse);
      var whole = call.whole();
      if (whole.isPresent()) {
        call.finish();
        return whole.get();
      }
      return call.chunks();
    } catch (Throwable e) {
      call.finish();
      throw e;
    }
  }

  @Override
  public void whileWaiting(Runnable wait) {
    workers.whileWaiting(wait);
  }

  @Override
  public String describe(Throwable failure) {
    return failure instanceof PythonException e ? e.traceback() : "";
  }
}
