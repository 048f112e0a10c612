package org.yimmo.wsgi.worker.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
          MethodHandles.lookup().findVarHandle(Answers.class, "application", Application.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final ExchangeQueues queues;

  private Application application = NONE_YET; // written by the worker, through APPLICATION

  Answers(ExchangeQueues queues) {
    this.queues = queues;
  }

  // --- the worker thread

  @Override
  public final void answeredBy(Application answering) {
    APPLICATION.setRelease(this, answering);
  }

  @Override
  public final void respond(ResponsePart part) {
    queues.respond(part);
  }

  // --- any thread

  /** The application of the exchange that the worker is at, or of its last one. */
  final Application application() {
    return (Application) APPLICATION.getAcquire(this);
  }
}
