package org.yimmo.wsgi.proc.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.condition.Condition;

/**
 * The life of a worker process: ends it on a signal, on a failure, by order of its manager, or when
 * the check it was started for is done. Under a manager it says there how the process is.
 */
@Component(
    service = ProcessLife.class,
    immediate = true,
    configurationPid = "org.yimmo.wsgi.proc",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ProcessLife {
  private static final System.Logger LOG = System.getLogger(ProcessLife.class.getName());
  private static final int CONFIGURATION = 2;
  private static final int INTERNAL_FAULT = 70;

  /**
   * What is in flight is broken off after this, and the JVM five seconds later (docs/wiring.md).
   */
  private static final String GRACE_PERIOD_MILLIS = "yimmo.grace.period.millis";

  private static final long QUICK_STOP_MILLIS = 1_000;

  private final IntConsumer exit;
  private final Runnable serve;
  private final boolean checking;
  private final boolean managed;
  private final Signals signals;
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();
  private final Map<String, String> failures = new ConcurrentHashMap<>(); // by application
  private final List<Runnable> logFiles = new CopyOnWriteArrayList<>();
  private final List<Runnable> reloads = new CopyOnWriteArrayList<>();
  private final Optional<PidFile> pidFile;
  private final Optional<ManagerLink> manager;
  private final long startedNanos = System.nanoTime();
  private volatile Optional<BiFunction<String, String, Map<String, String>>> deployment =
      Optional.empty(); // written by the threads that register it
  private volatile Map<String, String> mounts = Map.of(); // written by these threads, too
  private volatile boolean ready; // written by the thread that registers the condition
  private volatile String application = ""; // written by the thread that registers the condition

  /** Properties of the PID {@code org.yimmo.wsgi.proc}. */
  @interface Configuration {
    /** {@code worker} or {@code check}; this component has no part in others. */
    String role() default "worker";

    /** Of a worker under a manager: where the manager's sockets are. */
    String manager_folder() default "";

    /** Of a worker under a manager. */
    int worker_number() default 0;

    /** Of a worker without a manager; or empty. */
    String pid_file() default "";
  }

  @Activate
  public ProcessLife(
      BundleContext bundle,
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit,
      Configuration configuration) {
    this(
        exit,
        () -> allowToServe(bundle),
        configuration.role(),
        configuration.manager_folder(),
        configuration.worker_number(),
        configuration.role().equals("worker") ? configuration.pid_file() : "",
        Signals.ofProcess(),
        System.out,
        System.err);
  }

  /** The server of a worker that is held waits for it (docs/wiring.md). */
  private static void allowToServe(BundleContext bundle) {
    bundle.registerService(
        Condition.class,
        Condition.INSTANCE,
        FrameworkUtil.asDictionary(Map.of(Condition.CONDITION_ID, "yimmo.serve")));
  }

  ProcessLife(
      IntConsumer exit,
      Runnable serve,
      String role,
      String managerFolder,
      int number,
      String pidFile,
      Signals signals,
      PrintStream out,
      PrintStream err) {
    this.exit = exit;
    this.serve = serve;
    checking = role.equals("check");
    this.signals = signals;
    this.out = out;
    this.err = err;
    managed = !managerFolder.isEmpty();
    if (!role.equals("manager")) {
      takeSignals();
    }
    this.pidFile = pidFile.isEmpty() ? Optional.empty() : write(Path.of(pidFile));
    manager = managed ? connect(Path.of(managerFolder), number) : Optional.empty();
  }

  private void takeSignals() {
    signals.on("TERM", () -> stop("SIGTERM"));
    signals.on("USR1", this::reopen);
    signals.on(
        "USR2",
        () -> LOG.log(Level.WARNING, "SIGUSR2 is refused: the program cannot replace itself"));
    if (managed) {
      // A terminal sends these to all its processes; the manager knows what to make of them.
      signals.on("INT", () -> {});
      signals.on("HUP", () -> {});
    } else {
      signals.on("INT", () -> stopQuickly("SIGINT"));
    }
  }

  private void stopQuickly(String reason) {
    if (Long.getLong(GRACE_PERIOD_MILLIS, Long.MAX_VALUE) > QUICK_STOP_MILLIS) {
      System.setProperty(GRACE_PERIOD_MILLIS, Long.toString(QUICK_STOP_MILLIS));
    }
    stop(reason);
  }

  private Optional<PidFile> write(Path file) {
    try {
      return Optional.of(PidFile.write(file.toAbsolutePath(), ProcessHandle.current().pid()));
    } catch (IOException e) {
      complain(e.getMessage());
      exit.accept(CONFIGURATION);
      return Optional.empty();
    }
  }

  private Optional<ManagerLink> connect(Path folder, int number) {
    try {
      return Optional.of(
          new ManagerLink(folder, number, new Obedience(), this::gauges, () -> mounts));
    } catch (IOException e) {
      complain("cannot reach the manager in " + folder + ": " + e.getMessage());
      exit.accept(INTERNAL_FAULT);
      return Optional.empty();
    }
  }

  private final class Obedience implements ManagerLink.Orders {
    @Override
    public void retire(String reason) {
      ProcessLife.this.stop(reason);
    }

    @Override
    public void stop() {
      stopQuickly("the manager stops this worker");
    }

    @Override
    public void reopen() {
      ProcessLife.this.reopen();
    }

    @Override
    public void serve() {
      serve.run();
    }

    @Override
    public Map<String, String> change(String verb, String generation) {
      return deployment
          .map(present -> present.apply(verb, generation))
          .orElse(Map.of("", "this worker has no deployed applications"));
    }
  }

  @Deactivate
  void deactivate() {
    signals.close();
    manager.ifPresent(ManagerLink::close);
    pidFile.ifPresent(PidFile::close);
  }

  private void stop(String reason) {
    LOG.log(managed ? Level.DEBUG : Level.INFO, "{0}: stopping", reason);
    exit.accept(0);
  }

  private void reopen() {
    logFiles.forEach(Runnable::run);
  }

  private Map<String, String> gauges() {
    var values = new HashMap<String, String>();
    gauges.forEach((name, gauge) -> values.put(name, Long.toString(gauge.getAsLong())));
    values.put("application", application);
    return values;
  }

  /** What this process says of itself to its manager, as a row for people. */
  public Map<String, Object> status() {
    var row = new LinkedHashMap<String, Object>();
    row.put("pid", ProcessHandle.current().pid());
    row.put("state", ready ? "serving" : "not ready");
    row.put("uptime.seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos));
    for (var name : List.of("requests", "in-flight", "connections", "stuck")) {
      Optional.ofNullable(gauges.get(name)).ifPresent(gauge -> row.put(name, gauge.getAsLong()));
    }
    row.put("rss.bytes", ManagerLink.residentBytes().orElse(null));
    row.put("cpu.millis", ManagerLink.cpuMillis());
    row.put("application", application);
    return row;
  }

  @Reference(
      target = "(yimmo.gauge=*)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void addGauge(LongSupplier gauge, Map<String, Object> properties) {
    gauges.put(String.valueOf(properties.get("yimmo.gauge")), gauge);
  }

  void removeGauge(LongSupplier gauge, Map<String, Object> properties) {
    gauges.remove(String.valueOf(properties.get("yimmo.gauge")), gauge);
  }

  @Reference(
      target = "(yimmo.deployment=true)",
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      updated = "changedDeployment")
  void setDeployment(
      BiFunction<String, String, Map<String, String>> present, Map<String, Object> properties) {
    deployment = Optional.of(present);
    changedDeployment(properties);
  }

  void changedDeployment(Map<String, Object> properties) {
    var places = new HashMap<String, String>();
    if (properties.get("yimmo.deployment.mounts") instanceof Map<?, ?> map) {
      map.forEach((name, place) -> places.put(String.valueOf(name), String.valueOf(place)));
    }
    mounts = Map.copyOf(places);
  }

  void unsetDeployment(BiFunction<String, String, Map<String, String>> gone) {
    if (deployment.filter(gone::equals).isPresent()) {
      deployment = Optional.empty();
    }
  }

  @Reference(
      target = "(yimmo.reopen=true)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void addLogFile(Runnable reopen) {
    logFiles.add(reopen);
  }

  void removeLogFile(Runnable reopen) {
    logFiles.remove(reopen);
  }

  /** Without one HUP ends the process; under a manager it replaces the workers instead. */
  @Reference(
      target = "(yimmo.reload=true)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void addReload(Runnable reload) {
    reloads.add(reload);
    if (!managed) {
      signals.on("HUP", () -> reloads.forEach(Runnable::run));
    }
  }

  void removeReload(Runnable reload) {
    reloads.remove(reload);
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.failed)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void failed(Condition condition, Map<String, Object> properties) {
    var status = (Integer) properties.get("exit.status");
    var message = String.valueOf(properties.get("message"));
    // The manager says it, once for all its workers.
    manager.ifPresentOrElse(link -> link.failed(status, message), () -> complain(message));
    exit.accept(status);
  }

  private void complain(String message) {
    err.println(Sentence.of(message));
    err.flush();
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.ready)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "notReady")
  void ready(Condition condition) {
    ready = true;
    manager.ifPresent(link -> link.ready(failures));
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.prepared)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void prepared(Condition condition) {
    manager.ifPresent(link -> link.prepared(failures));
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.application.failed)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void addFailure(Condition condition, Map<String, Object> properties) {
    failures.put(
        String.valueOf(properties.get("application.name")),
        String.valueOf(properties.get("message")));
  }

  void removeFailure(Condition condition, Map<String, Object> properties) {
    failures.remove(String.valueOf(properties.get("application.name")));
  }

  void notReady(Condition condition) {
    ready = false;
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.application.loaded)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void loaded(Condition condition, Map<String, Object> properties) {
    application = properties.get("application") + ", " + properties.get("interpreter");
    if (checking) {
      out.println(properties.get("message"));
      out.flush();
      exit.accept(0);
    }
  }

  /** What was said stays said: a failure or a check has already ended the process. */
  void withdrawn(Condition condition) {}
}
