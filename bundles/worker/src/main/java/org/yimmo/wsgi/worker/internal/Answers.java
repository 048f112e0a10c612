package org.yimmo.wsgi.worker.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.context.ExchangeHandler;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Where one worker's responses go, and which application they are of. */
sealed class Answers implements ExchangeHandler.Responses permits Watch {
  /** Has the stack and the interruption of any Java code. */
  private static final Application NONE_YET =
      (_, _) -> {
        throw new IllegalStateException("no request was routed to an application");
      };

  private static final VarHandle APPLICATION;

  static {
    try {
      APPLICATION =
          MethodHandles.lookup().findVarHandle(Answers.class, "application", WeakReference.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final ExchangeQueues queues;

  /** Weak: its bundle may be updated before the next exchange comes. */
  private WeakReference<Application> application =
      new WeakReference<>(NONE_YET); // written by the worker, through APPLICATION

  Answers(ExchangeQueues queues) {
    this.queues = queues;
  }

  // --- the worker thread

  @Override
  public final void answeredBy(Application answering) {
    if (!application.refersTo(answering)) {
      APPLICATION.setRelease(this, new WeakReference<>(answering));
    }
  }

  @Override
  public final void respond(ResponsePart part) {
    queues.respond(part);
  }

  // --- any thread

  /** The application of the exchange that the worker is at, or of its last one. */
  final Application application() {
    var found = ((WeakReference<?>) APPLICATION.getAcquire(this)).get();
    return found == null ? NONE_YET : (Application) found;
  }
}
