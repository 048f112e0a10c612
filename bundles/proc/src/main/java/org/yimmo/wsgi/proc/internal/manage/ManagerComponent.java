package org.yimmo.wsgi.proc.internal.manage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.proc.internal.PidFile;
import org.yimmo.wsgi.proc.internal.Sentence;
import org.yimmo.wsgi.proc.internal.Signals;
import org.yimmo.wsgi.proc.internal.console.ConsoleBundles;
import org.yimmo.wsgi.proc.internal.console.ConsoleSocket;
import org.yimmo.wsgi.proc.internal.control.SocketFolder;
import org.yimmo.wsgi.proc.internal.manage.Event.Order;
import org.yimmo.wsgi.proc.internal.sockets.BindFailure;
import org.yimmo.wsgi.proc.internal.sockets.ListeningSockets;
import org.yimmo.wsgi.proc.internal.sockets.ServiceManager;
import org.yimmo.wsgi.proc.internal.sockets.SocketHandout;

/**
 * The manager of several worker processes: owns the listening sockets and keeps the workers alive.
 * It does nothing in processes of another role.
 */
@Component(
    service = {},
    configurationPid = "org.yimmo.wsgi.proc",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ManagerComponent {
  private static final System.Logger LOG = System.getLogger(ManagerComponent.class.getName());
  private static final int CONFIGURATION = 2;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Properties of the PID {@code org.yimmo.wsgi.proc}. */
  @interface Configuration {
    /** {@code manager}, or the component has no part in it. */
    String role() default "worker";

    /** Of the program, as {@code --version} says it. */
    String version() default "";

    int processes() default 2;

    /** Workers wait for the first generation of applications. */
    boolean deploy() default false;

    String[] bind() default {};

    /** What was typed, to be typed again for each worker. */
    String[] command() default {};

    long grace_period_millis() default 30_000;

    long boot_timeout_millis() default 60_000;

    long silence_timeout_millis() default 10_000;

    long max_requests() default 0;

    long max_requests_jitter() default 0;

    long max_worker_age_millis() default 0;

    long max_worker_memory_bytes() default 0;

    String pid_file() default "";
  }

  @Activate
  public ManagerComponent(
      BundleContext bundle,
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit,
      Configuration configuration) {
    if (!configuration.role().equals("manager")) {
      return;
    }
    try {
      manage(bundle, exit, configuration);
    } catch (BindFailure e) {
      fail(exit, e.exitStatus(), e.getMessage());
    } catch (IOException e) {
      fail(exit, CONFIGURATION, e.getMessage());
    }
  }

  private static void fail(IntConsumer exit, int status, String message) {
    System.err.println(Sentence.of(message));
    exit.accept(status);
  }

  private void manage(BundleContext bundle, IntConsumer exit, Configuration configuration)
      throws BindFailure, IOException {
    var pid = ProcessHandle.current().pid();
    var systemd = ServiceManager.of(System.getenv(), pid);
    var listening =
        closed(
            systemd.listenFds() > 0
                ? ListeningSockets.inherited(systemd.listenFds())
                : ListeningSockets.bound(List.of(configuration.bind())));
    LOG.log(Level.INFO, "listening on {0}", String.join(", ", listening.addresses()));
    if (!configuration.pid_file().isEmpty()) {
      closed(PidFile.write(Path.of(configuration.pid_file()).toAbsolutePath(), pid));
    }
    var folder = SocketFolder.create(System.getenv(), pid);
    closed((AutoCloseable) () -> SocketFolder.delete(folder));
    closed(new SocketHandout(listening, folder));
    var supervisor =
        new Supervisor(
            plan(configuration),
            new WorkerCommand(List.of(configuration.command()), folder),
            new OfProcess(systemd, exit),
            Path.of(System.getProperty("java.io.tmpdir")),
            configuration.version());
    closed(new ControlServer(folder, supervisor));
    closed(ConsoleSocket.at(folder.resolve(SocketFolder.CONSOLE), new ConsoleBundles(bundle)));
    obeySignals(closed(Signals.ofProcess()), supervisor);
    new ConsoleCommands(supervisor)
        .register(bundle)
        .forEach(command -> closed((AutoCloseable) command::unregister));
    if (configuration.deploy()) {
      offer(
          bundle,
          Supplier.class,
          (Supplier<Map<String, Map<String, String>>>) supervisor::applications,
          "yimmo.workers",
          "applications");
      offerRollout(bundle, "live", supervisor::change);
      offerRollout(bundle, "processes", supervisor::rollOut);
    }
    supervisor.start();
  }

  private void offerRollout(
      BundleContext bundle,
      String rollout,
      Function<String, CompletionStage<Map<String, String>>> function) {
    offer(bundle, Function.class, function, "yimmo.rollout", rollout);
  }

  private <S> void offer(
      BundleContext bundle, Class<S> type, S service, String property, String value) {
    var registration =
        bundle.registerService(type, service, FrameworkUtil.asDictionary(Map.of(property, value)));
    closed((AutoCloseable) registration::unregister);
  }

  private <T extends AutoCloseable> T closed(T resource) {
    opened.push(resource);
    return resource;
  }

  private static Plan plan(Configuration configuration) {
    return new Plan(
        configuration.processes(),
        configuration.grace_period_millis(),
        configuration.boot_timeout_millis(),
        configuration.silence_timeout_millis(),
        configuration.max_requests(),
        configuration.max_requests_jitter(),
        configuration.max_worker_age_millis(),
        configuration.max_worker_memory_bytes(),
        configuration.deploy());
  }

  /** QUIT is missing: it makes the JVM print what its threads do, and cannot be taken from it. */
  private static void obeySignals(Signals signals, Supervisor supervisor) {
    Map.of(
            "TERM", Order.STOP,
            "INT", Order.QUICK_STOP,
            "HUP", Order.RELOAD,
            "TTIN", Order.ONE_MORE,
            "TTOU", Order.ONE_LESS,
            "USR1", Order.REOPEN,
            "USR2", Order.UPGRADE)
        .forEach(
            (name, order) -> signals.on(name, () -> supervisor.tell(new Event.Signalled(order))));
  }

  private record OfProcess(ServiceManager systemd, IntConsumer leave)
      implements Supervisor.Surroundings {
    @Override
    public void complain(String message) {
      System.err.println(Sentence.of(message));
      System.err.flush();
    }

    @Override
    public void notify(Action.Notice notice) {
      systemd.notify(
          switch (notice) {
            case READY -> "READY=1";
            // sd_notify(3): CLOCK_MONOTONIC, which is what nanoTime reads on Linux
            case RELOADING ->
                "RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            case STOPPING -> "STOPPING=1";
          });
    }

    @Override
    public OptionalLong aliveMillis() {
      return systemd.watchdogMillis();
    }

    @Override
    public void alive() {
      systemd.notify("WATCHDOG=1");
    }

    @Override
    public void exit(int status) {
      leave.accept(status);
    }
  }

  @Deactivate
  void deactivate() {
    while (!opened.isEmpty()) {
      close(opened.pop());
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "cannot clean up: {0}", e.getMessage());
    }
  }
}
