package org.yimmo.wsgi.worker.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.context.ExchangeHandler;

/**
 * The worker threads of this process.
 *
 * <p>Each one's queues are a service while it takes exchanges. On stop the services go first, so
 * that the server offers no more; then the queues are closed and the threads finish what they have.
 * With a deadline for exchanges a watchdog looks at them; without one there is none.
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

  /** What changes while the threads run; a change of anything else begins anew. */
  private static final Set<String> LIVE = Set.of("timeout.millis");

  private final BundleContext bundle;
  private final List<Worker> workers;
  private final Optional<Watchdog> watchdog;
  private final List<ServiceRegistration<?>> offered = new ArrayList<>();
  private final Duration gracePeriod;
  private Map<String, Object> properties; // written by the threads of the framework

  /** Properties of the PID {@code org.yimmo.wsgi.worker}. */
  @interface Configuration {
    int threads() default 1;

    int queue_capacity() default 1024;

    long grace_period_millis() default 30_000;

    long timeout_millis() default 0;
  }

  @Activate
  public Workers(
      BundleContext bundle,
      @Reference ExchangeHandler handler,
      Configuration configuration,
      Map<String, Object> properties) {
    this.bundle = bundle;
    this.properties = Map.copyOf(properties);
    gracePeriod = Duration.ofMillis(configuration.grace_period_millis());
    var deadline = Duration.ofMillis(configuration.timeout_millis());
    var capacity = configuration.queue_capacity();
    workers =
        IntStream.rangeClosed(1, configuration.threads())
            .mapToObj(number -> new Worker(number, capacity, deadline, handler, bundle))
            .toList();
    var watches = workers.stream().flatMap(worker -> worker.watch().stream()).toList();
    watchdog = watches.isEmpty() ? Optional.empty() : Optional.of(new Watchdog(watches, deadline));
    workers.forEach(Worker::start);
    watchdog.ifPresent(Watchdog::start);
    offered.add(
        bundle.registerService(
            LongSupplier.class,
            () -> watchdog.map(Watchdog::stuck).orElse(0L),
            FrameworkUtil.asDictionary(Map.of("yimmo.gauge", "stuck"))));
    offerCommand(
        "workers",
        "Shows the worker threads: what they do and how many exchanges wait for them. The waits are"
            + " means of the last few exchanges that were measured: for the thread, and then for"
            + " what other threads hold, which is the GIL in Python.",
        Worker::summary);
    offerCommand(
        "stacks",
        "Shows where every worker thread is, with its request. Applications in Python show their"
            + " Python stack.",
        Worker::stack);
  }

  /** A deadline changes for the exchanges that are served as well. */
  @Modified
  void modified(
      ComponentContext component, Configuration configuration, Map<String, Object> changed) {
    var deadline = Duration.ofMillis(configuration.timeout_millis());
    var live = fixed(changed).equals(fixed(properties));
    properties = Map.copyOf(changed);
    if (live && watchdog.isPresent() && deadline.isPositive()) {
      workers.forEach(worker -> worker.watch().ifPresent(watch -> watch.deadline(deadline)));
    } else {
      var name = String.valueOf(changed.get("component.name"));
      // elsewhere: SCR would wait here for the change that it is just making
      Thread.ofPlatform()
          .name("yimmo-restart")
          .start(() -> {
            component.disableComponent(name);
            component.enableComponent(name);
          });
    }
  }

  private static Map<String, Object> fixed(Map<String, Object> properties) {
    var fixed = new HashMap<>(properties);
    fixed.keySet().removeAll(LIVE);
    return fixed;
  }

  /** See docs/wiring.md. */
  private void offerCommand(
      String name, String description, Function<Worker, Map<String, Object>> row) {
    Function<List<String>, Object> command =
        arguments -> {
          if (!arguments.isEmpty()) {
            throw new IllegalArgumentException(name + " takes no arguments: write yimmo:" + name);
          }
          return workers.stream().map(row).toList();
        };
    offered.add(
        bundle.registerService(
            Function.class,
            command,
            FrameworkUtil.asDictionary(
                Map.of(
                    "yimmo.command", name,
                    "yimmo.command.description", description,
                    "yimmo.command.example", "yimmo:" + name))));
  }

  @Deactivate
  void stop() {
    offered.forEach(ServiceRegistration::unregister);
    watchdog.ifPresent(Watchdog::stop); // first: it registers and unregisters queues as well
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
