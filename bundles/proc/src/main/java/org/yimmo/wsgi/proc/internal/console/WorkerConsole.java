package org.yimmo.wsgi.proc.internal.console;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.proc.internal.ProcessLife;
import org.yimmo.wsgi.proc.internal.control.SocketFolder;

/**
 * The console's socket of a worker, in the folder of its manager or in one of its own, and the
 * command {@code status}. A worker that cannot have them serves all the same.
 */
@Component(
    service = {},
    configurationPid = "org.yimmo.wsgi.proc",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class WorkerConsole {
  private static final System.Logger LOG = System.getLogger(WorkerConsole.class.getName());

  private final Optional<Path> ownFolder;
  private final Optional<ConsoleSocket> socket;
  private final Optional<ServiceRegistration<?>> status;

  /** Properties of the PID {@code org.yimmo.wsgi.proc}. */
  @interface Configuration {
    /** {@code worker}, or this component has no part in it. */
    String role() default "worker";

    /** Of a worker under a manager. */
    String manager_folder() default "";

    /** Of a worker under a manager. */
    int worker_number() default 0;
  }

  @Activate
  public WorkerConsole(
      BundleContext bundle, @Reference ProcessLife process, Configuration configuration) {
    var worker = configuration.role().equals("worker");
    var managed = !configuration.manager_folder().isEmpty();
    ownFolder = worker && !managed ? folder() : Optional.empty();
    var file =
        worker && managed
            ? Optional.of(
                Path.of(
                    configuration.manager_folder(),
                    SocketFolder.CONSOLE + "-" + configuration.worker_number()))
            : ownFolder.map(folder -> folder.resolve(SocketFolder.CONSOLE));
    socket = file.flatMap(path -> listen(path, bundle));
    status = worker ? Optional.of(register(bundle, process)) : Optional.empty();
  }

  /** See docs/wiring.md. */
  private static ServiceRegistration<?> register(BundleContext bundle, ProcessLife process) {
    Function<List<String>, Object> command =
        arguments -> {
          if (!arguments.isEmpty()) {
            throw new IllegalArgumentException("status takes no arguments: write yimmo:status");
          }
          return process.status();
        };
    return bundle.registerService(
        Function.class,
        command,
        FrameworkUtil.asDictionary(
            Map.of(
                "yimmo.command", "status",
                "yimmo.command.description", "Shows how this process is.",
                "yimmo.command.example", "yimmo:status --json")));
  }

  private static Optional<Path> folder() {
    try {
      return Optional.of(SocketFolder.create(System.getenv(), ProcessHandle.current().pid()));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "this process has no console: cannot make a folder for it", e);
      return Optional.empty();
    }
  }

  private static Optional<ConsoleSocket> listen(Path file, BundleContext bundle) {
    try {
      return Optional.of(ConsoleSocket.at(file, new ConsoleBundles(bundle)));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "this process has no console: cannot listen on " + file, e);
      return Optional.empty();
    }
  }

  @Deactivate
  void deactivate() {
    status.ifPresent(ServiceRegistration::unregister);
    try {
      if (socket.isPresent()) {
        socket.get().close();
      }
      if (ownFolder.isPresent()) {
        SocketFolder.delete(ownFolder.get());
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot clean up: {0}", e.getMessage());
    }
  }
}
