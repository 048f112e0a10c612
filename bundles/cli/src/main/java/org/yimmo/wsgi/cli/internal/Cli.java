package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/**
 * Reads the settings and publishes them, or shows what was asked for and ends the process.
 *
 * <p>It stands on start level 1, so all configurations are there when level 2 starts, and what ends
 * here has started nothing else.
 */
@Component(
    service = {},
    immediate = true)
public final class Cli {
  private static final int CLEAN = 0;
  private static final int NOT_THERE = 1;
  private static final int USAGE = 2;

  /** As long as the launcher of a worker waits beyond the grace period. */
  private static final Duration WORKER_FORCE = Duration.ofSeconds(5);

  private static final Logger LOG = System.getLogger(Cli.class.getName());

  private final List<ServiceRegistration<?>> commands = new ArrayList<>();

  /**
   * @param exit ends the process with a status
   */
  @Activate
  public Cli(
      BundleContext context,
      @Reference ConfigurationAdmin admin,
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit)
      throws IOException {
    var arguments = context.getProperty("yimmo.arguments");
    var invocation =
        new Invocation(
            arguments.isEmpty() ? List.of() : List.of(arguments.split("\0", -1)),
            System.getenv(),
            ProcessHandle.current().pid(),
            Path.of(context.getProperty("yimmo.directory")),
            Path.of(context.getProperty("yimmo.home")));
    switch (invocation.outcome()) {
      case Outcome.Show(var text) -> {
        System.out.print(text);
        System.out.flush();
        exit.accept(CLEAN);
      }
      case Outcome.Refuse(var sentence) -> {
        System.err.println("yimmo-wsgi: " + sentence);
        exit.accept(USAGE);
      }
      case Outcome.Fail(var sentence) -> {
        System.err.println("yimmo-wsgi: " + sentence);
        exit.accept(NOT_THERE);
      }
      case Outcome.Converse(var socket, var command) ->
          exit.accept(new ConsoleClient(socket, System.getenv(), command).run());
      case Outcome.Make(var command) -> {
        LogLevel.set(Setting.LOG_LEVEL.byDefault());
        publish(Publication.of(command), admin);
      }
      case Outcome.Start(var settings, var role) -> {
        start(settings, role, invocation, admin);
        commands.addAll(
            new LiveSettings(
                    settings, role, changed -> publishAgain(changed, role, invocation, admin))
                .register(context)
                .toList());
      }
    }
  }

  private static void start(
      Settings settings, Role role, Invocation invocation, ConfigurationAdmin admin)
      throws IOException {
    LogLevel.set(settings.text(Setting.LOG_LEVEL));
    // The launcher, which is no bundle, gives up waiting for the bundles by this.
    System.setProperty("yimmo.grace.period.millis", Long.toString(stopMillis(settings, role)));
    switch (role) {
      case Role.Alone _, Role.Manager _ -> {
        invocation.warnings().forEach(warning -> LOG.log(Level.WARNING, warning));
        announce(settings, role);
      }
      case Role.Check _ -> invocation.warnings().forEach(text -> LOG.log(Level.WARNING, text));
      case Role.Worker _ -> {} // the manager has said it all
    }
    publish(Publication.of(settings, role, invocation), admin);
  }

  private static void publish(Map<String, Map<String, Object>> pids, ConfigurationAdmin admin)
      throws IOException {
    for (var pid : pids.entrySet()) {
      admin
          .getConfiguration(pid.getKey(), "?")
          .updateIfDifferent(FrameworkUtil.asDictionary(pid.getValue()));
    }
  }

  /** Of a process that serves. */
  private static void publishAgain(
      Settings settings, Role role, Invocation invocation, ConfigurationAdmin admin)
      throws IOException {
    LogLevel.set(settings.text(Setting.LOG_LEVEL));
    publish(Publication.of(settings, role, invocation), admin);
  }

  @Deactivate
  void deactivate() {
    commands.forEach(ServiceRegistration::unregister);
  }

  /** A manager also waits for the force that its workers may need. */
  private static long stopMillis(Settings settings, Role role) {
    var grace = settings.millis(Setting.GRACE_PERIOD);
    return role instanceof Role.Manager ? grace + WORKER_FORCE.toMillis() : grace;
  }

  private static void announce(Settings settings, Role role) {
    LOG.log(
        Level.INFO,
        "yimmo-wsgi {0}, processes: {1}, threads: {2}, pid: {3}, Java {4}",
        ProgramVersion.text(),
        settings.shown(Setting.NO_PROC),
        settings.shown(Setting.NO_THREADS),
        Long.toString(ProcessHandle.current().pid()),
        Runtime.version().feature());
    if (role instanceof Role.Manager(var reasons) && settings.number(Setting.NO_PROC) == 1) {
      LOG.log(
          Level.INFO,
          "one worker process with a manager, because of {0}",
          String.join(", ", reasons));
    }
    if (settings.servesBundledExample()) {
      LOG.log(
          Level.INFO,
          "no application was named: serving the bundled example;"
              + " yours is served by yimmo-wsgi MODULE:APP");
    }
  }
}
