package org.yimmo.wsgi.deploy.internal.manage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.deploy.internal.release.Examination;
import org.yimmo.wsgi.deploy.internal.release.Folders;

/**
 * The commands {@code apps}, {@code deploy}, {@code undeploy} and {@code rollback} of the manager's
 * console (docs/wiring.md).
 *
 * <p><em>Thread:</em> those of the console. <em>Blocks:</em> until the outcome is known, for a few
 * minutes at most.
 */
final class Commands implements AutoCloseable {
  private static final long PATIENCE_MINUTES = 5;
  private static final String[] NONE = {};

  private final Path directory;
  private final Path folder;
  private final Deployments deployments;
  private final Executor thread;
  private final List<ServiceRegistration<?>> registrations;

  Commands(BundleContext bundle, Path folder, Deployments deployments, Executor thread) {
    this.folder = folder;
    this.deployments = deployments;
    this.thread = thread;
    var given = bundle.getProperty("yimmo.directory");
    directory = Path.of(given == null ? "" : given).toAbsolutePath();
    registrations =
        Stream.of(
                register(
                    bundle,
                    "apps",
                    "",
                    "Shows the applications of the deploy folder: their state, what is mounted"
                        + " where, and why one failed. A worker's own apps shows what it serves.",
                    "yimmo:apps --json",
                    () -> NONE,
                    this::apps),
                register(
                    bundle,
                    "deploy",
                    "FILE|DIR",
                    "Copies an application into the deploy folder, in the place of the one of the"
                        + " same file name, and waits until it serves or has failed. The path is"
                        + " one of the server's machine.",
                    "yimmo:deploy /home/me/shop.zip",
                    () -> NONE,
                    this::deploy),
                register(
                    bundle,
                    "undeploy",
                    "NAME",
                    "Removes an application from the deploy folder and waits until its requests"
                        + " have ended.",
                    "yimmo:undeploy shop",
                    deployments::names,
                    this::undeploy),
                register(
                    bundle,
                    "rollback",
                    "NAME",
                    "Makes the release of an application before the one that serves serve again."
                        + " The file in the deploy folder stays, and serves when it changes.",
                    "yimmo:rollback shop",
                    deployments::names,
                    this::rollBack))
            .<ServiceRegistration<?>>map(one -> one)
            .toList();
  }

  private static ServiceRegistration<?> register(
      BundleContext bundle,
      String name,
      String usage,
      String description,
      String example,
      Supplier<String[]> choices,
      Function<List<String>, Object> command) {
    return bundle.registerService(
        Function.class,
        command,
        FrameworkUtil.asDictionary(
            Map.of(
                "yimmo.command", name,
                "yimmo.command.usage", usage,
                "yimmo.command.description", description,
                "yimmo.command.example", example,
                "yimmo.command.choices", choices)));
  }

  private Object apps(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new IllegalArgumentException("apps takes no arguments: write yimmo:apps");
    }
    return deployments.rows();
  }

  private Object deploy(List<String> arguments) {
    var source = directory.resolve(one(arguments, "deploy", "/home/me/shop.zip")).normalize();
    if (!Files.exists(source)) {
      throw new IllegalArgumentException("there is no " + source + " on the server's machine");
    }
    if (!Examination.isDrop(source)) {
      throw new IllegalArgumentException(
          source + " cannot be deployed: .py, .zip, .jar and folders can");
    }
    var name = source.getFileName().toString();
    var drop = folder.resolve(name);
    if (source.startsWith(folder)) {
      return outcome(() -> deployments.expect(name));
    }
    try {
      var copies = Files.createDirectories(folder.resolve(".yimmo").resolve(".copies"));
      var work = Files.createTempDirectory(copies, "copy");
      try {
        var copy = work.resolve(name);
        copy(source, copy);
        return outcome(() -> {
          var outcome = deployments.expect(name);
          if (Files.isDirectory(drop)) {
            Files.move(drop, work.resolve("former"));
          }
          Files.move(copy, drop, StandardCopyOption.REPLACE_EXISTING);
          return outcome;
        });
      } finally {
        Folders.delete(work);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot copy %s into %s: %s".formatted(source, folder, e), e);
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    try (var files = Files.walk(source)) {
      for (var file : (Iterable<Path>) files::iterator) {
        Files.copy(
            file, target.resolve(source.relativize(file).toString()), LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private Object undeploy(List<String> arguments) {
    var name = one(arguments, "undeploy", "shop");
    return outcome(() -> {
      var drop =
          deployments
              .dropOf(name)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "there is no application %s; yimmo:apps shows them".formatted(name)));
      Folders.delete(folder.resolve(drop));
      return deployments.expectEnd(drop);
    });
  }

  private Object rollBack(List<String> arguments) {
    var name = one(arguments, "rollback", "shop");
    return outcome(() -> deployments.rollBack(name));
  }

  private static String one(List<String> arguments, String command, String example) {
    if (arguments.size() != 1 || arguments.getFirst().isBlank()) {
      throw new IllegalArgumentException(
          "%s takes one argument: write yimmo:%s %s".formatted(command, command, example));
    }
    return arguments.getFirst();
  }

  private Object outcome(Callable<CompletableFuture<String>> task) {
    try {
      return call(task).get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; yimmo:apps shows how far it is", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("it still takes its time; yimmo:apps shows how far it is", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IllegalArgumentException failure -> throw failure;
        case IllegalStateException failure -> throw failure;
        case Throwable failure ->
            throw new IllegalStateException("it did not work: " + failure, failure);
      }
    }
  }

  /** Does something on the deployments thread. */
  private CompletableFuture<String> call(Callable<CompletableFuture<String>> task) {
    var result = new CompletableFuture<String>();
    thread.execute(() -> {
      try {
        var _ =
            task.call()
                .whenComplete((outcome, failure) -> {
                  if (failure == null) {
                    result.complete(outcome);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
      } catch (Exception | Error e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  @Override
  public void close() {
    registrations.forEach(ServiceRegistration::unregister);
  }
}
