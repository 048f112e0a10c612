package org.yimmo.wsgi.context.internal;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.Map;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.context.ExchangeHandler;

/** The context bundle without OSGi, with one application. */
public final class SingleApplication {
  private SingleApplication() {}

  /** What serves exchanges by that application. */
  public static ExchangeHandler handler(Application application) {
    var router = new Router(Duration.ZERO, () -> false);
    router.mount(application, Map.of(Application.PATH, "/", "service.id", 1L));
    return new Contexts(router, new OneThread());
  }

  private static final class OneThread implements Contexts.Configuration {
    @Override
    public boolean multithread() {
      return false;
    }

    @Override
    public boolean multiprocess() {
      return false;
    }

    @Override
    public Class<? extends Annotation> annotationType() {
      return Contexts.Configuration.class;
    }
  }
}
