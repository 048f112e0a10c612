package org.yimmo.wsgi.proc.internal.manage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.proc.internal.manage.Event.Order;

/** What the console shows of the manager and has it do (docs/wiring.md). */
record ConsoleCommands(Supervisor supervisor) {
  private static final int MOST_WORKERS = 256;
  private static final long PATIENCE_SECONDS = 5;

  Stream<ServiceRegistration<?>> register(BundleContext bundle) {
    return Stream.of(
        register(
            bundle,
            "status",
            "",
            "Shows the manager and its worker processes, as yimmo-wsgi status does.",
            this::status),
        register(
            bundle,
            "reload",
            "",
            "Replaces all worker processes, as SIGHUP does: each goes when the one that takes its"
                + " place is ready. If the new ones do not start, the old ones stay.",
            this::reload),
        register(
            bundle,
            "scale",
            "N",
            "Starts or retires worker processes until there are N. Those that retire finish what"
                + " they have.",
            this::scale));
  }

  private static ServiceRegistration<?> register(
      BundleContext bundle,
      String name,
      String usage,
      String description,
      Function<List<String>, Object> command) {
    return bundle.registerService(
        Function.class,
        command,
        FrameworkUtil.asDictionary(
            Map.of(
                "yimmo.command", name,
                "yimmo.command.usage", usage,
                "yimmo.command.description", description,
                "yimmo.command.example", "yimmo:" + name + (usage.isEmpty() ? "" : " 4"))));
  }

  private Object status(List<String> arguments) {
    requireNone("status", arguments);
    try {
      return supervisor.report().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the manager does not answer; its log may tell why", e);
    }
  }

  private Object reload(List<String> arguments) {
    requireNone("reload", arguments);
    supervisor.tell(new Event.Signalled(Order.RELOAD));
    return "the workers are being replaced: yimmo:status shows how far it is";
  }

  private Object scale(List<String> arguments) {
    if (arguments.size() != 1 || !arguments.getFirst().matches("\\d{1,9}")) {
      throw new IllegalArgumentException(
          "scale needs a number of worker processes: write yimmo:scale 4");
    }
    var workers = Integer.parseInt(arguments.getFirst());
    if (workers < 1 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "%d worker processes are not possible: 1 to %d are".formatted(workers, MOST_WORKERS));
    }
    supervisor.tell(new Event.Scaled(workers));
    return "worker processes: " + workers + "; yimmo:status shows how far it is";
  }

  private static void requireNone(String name, List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new IllegalArgumentException(name + " takes no arguments: write yimmo:" + name);
    }
  }
}
