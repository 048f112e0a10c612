package org.yimmo.wsgi.worker.internal;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.context.ExchangeHandler;

/**
 * The worker threads of this process.
 *
 * <p>Each one's queues are a service while it takes exchanges. On stop the services go first, so
 * that the server offers no more; then the queues are closed and the threads finish what they have.
 */
@Component(
    service = {},
    configurationPid = "org.yimmo.wsgi.worker",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Workers {
  private static final System.Logger LOG = System.getLogger(Workers.class.getName());

  /**
   * How long a thread may take when the whole process stops: the server has stopped before and
   * spent the grace period, so nobody waits for what an application still computes.
   */
  private static final Duration AT_THE_END = Duration.ofSeconds(1);

  private final BundleContext bundle;
  private final List<Worker> workers;
  private final Duration gracePeriod;

  /** Properties of the PID {@code org.yimmo.wsgi.worker}. */
  @interface Configuration {
    int threads() default 1;

    int queue_capacity() default 1024;

    long grace_period_millis() default 30_000;
  }

  @Activate
  public Workers(
      BundleContext bundle, @Reference ExchangeHandler handler, Configuration configuration) {
    this.bundle = bundle;
    gracePeriod = Duration.ofMillis(configuration.grace_period_millis());
    workers =
        IntStream.rangeClosed(1, configuration.threads())
            .mapToObj(number -> new Worker(number, configuration.queue_capacity(), handler))
            .toList();
    workers.forEach(worker -> worker.start(bundle));
  }

  @Deactivate
  void stop() {
    workers.forEach(Worker::close);
    var patience = patience();
    var deadline = System.nanoTime() + patience.toNanos();
    for (var worker : workers) {
      if (!worker.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} is still in an application {1} s after it was told to stop; it is left behind",
            worker.name(),
            patience.toSeconds());
      }
    }
  }

  private Duration patience() {
    var processStops = bundle.getBundle(0).getState() == Bundle.STOPPING;
    return processStops && gracePeriod.compareTo(AT_THE_END) > 0 ? AT_THE_END : gracePeriod;
  }
}
