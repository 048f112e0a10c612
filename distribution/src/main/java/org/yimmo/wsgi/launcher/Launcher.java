package org.yimmo.wsgi.launcher;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.apache.felix.framework.Felix;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * One process from its first bundle to its exit status.
 *
 * <p>Threads of their own start the bundles, so that an exit can be asked for while one of them is
 * still starting; the calling thread waits for that and stops them level by level, top down.
 */
final class Launcher {
  static final int INTERNAL_FAULT = 70;

  /** System property that {@code cli} sets: how long a stop may wait for exchanges in flight. */
  static final String GRACE_PERIOD_MILLIS = "yimmo.grace.period.millis";

  private static final int APPLICATIONS = 3;
  private static final int LAST_LEVEL = 5;
  private static final Duration BEYOND_GRACE = Duration.ofSeconds(5);
  private static final Logger LOG = System.getLogger(Launcher.class.getName());

  private final Path home;
  private final Path directory;
  private final List<String> arguments;
  private final Logging logging;
  private final ClassPathBundles classPathBundles;
  private final ExitRequest exit = new ExitRequest();
  private volatile boolean allStarted; // written by the starting thread

  /**
   * @param home the distribution
   * @param directory the working directory of the user
   * @param logging of this process
   */
  Launcher(Path home, Path directory, List<String> arguments, Logging logging) throws IOException {
    this.home = home;
    this.directory = directory;
    this.arguments = arguments;
    this.logging = logging;
    classPathBundles = new ClassPathBundles(home.resolve("lib").resolve("yimmo-wsgi-launcher.jar"));
  }

  /**
   * Starts, waits until the exit is asked for, stops.
   *
   * <p><em>Blocks:</em> as long as the process serves. A stop that takes longer than the grace
   * period and five seconds ends the process from within.
   *
   * @return the exit status
   */
  int run() throws IOException, BundleException, InterruptedException {
    // A bundle cache belongs to one process and is of no use to the next one.
    try (var cache = BundleCache.create(temporaryFolder())) {
      var framework = new Felix(frameworkProperties(cache.folder()), classPathBundles);
      framework.init();
      register(framework, IntConsumer.class, exit, Map.of("yimmo.exit", true));
      register(framework, Function.class, new LogCommand(logging), LogCommand.PROPERTIES);
      Thread.ofPlatform().name("start").daemon().start(() -> start(framework));
      var status = exit.await();
      stop(framework, status, cache);
      return status;
    }
  }

  private static <T> void register(
      Framework framework, Class<T> type, T service, Map<String, Object> properties) {
    framework
        .getBundleContext()
        .registerService(type, service, FrameworkUtil.asDictionary(properties));
  }

  private static Path temporaryFolder() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private Map<String, Object> frameworkProperties(Path cache) {
    var properties = new HashMap<String, Object>();
    properties.put(Constants.FRAMEWORK_STORAGE, cache.toString());
    properties.put("felix.cache.locking", "false"); // the folder is ours alone
    properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(LAST_LEVEL));
    properties.put("felix.startlevel.bundle", Integer.toString(APPLICATIONS)); // where none is said
    properties.put("felix.cm.pm", "memory"); // what the configuration is, cli says at each start
    properties.put("felix.resolver.parallelism", "1"); // waking threads takes longer
    // Two releases of a deployed bundle stand beside each other while one replaces the other.
    properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
    // What a bundle does not import it does not get, though it may be on our class path.
    properties.put("felix.bootdelegation.implicit", "false");
    properties.put("felix.log.logger", new FrameworkLog());
    properties.put("yimmo.home", home.toString());
    properties.put("yimmo.directory", directory.toString());
    properties.put("yimmo.arguments", String.join("\0", arguments));
    return properties;
  }

  // --- starting threads

  /**
   * All levels are open from the beginning, and the bundles are started one by one: then the
   * framework throws at us what goes wrong. Stopping goes by levels.
   *
   * <p>While level 3 loads applications, which may take long, everything else that can be done
   * without them is done beside it.
   */
  private void start(Framework framework) {
    try {
      framework.start();
      start(install(framework, 1));
      if (exit.made()) {
        return; // help was asked for, say
      }
      var foundation = install(framework, 2);
      var applications = install(framework, APPLICATIONS);
      resolve(framework, foundation, applications);
      var loading = startBeside(applications);
      start(foundation);
      var workers = install(framework, 4);
      var server = install(framework, LAST_LEVEL);
      resolve(framework, workers, server);
      loading.get();
      start(workers);
      start(server);
      allStarted = !exit.made();
    } catch (ExecutionException failure) {
      fail(failure.getCause());
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  /** A failure after the exit was asked for is the exit itself, seen from this thread. */
  private void fail(Throwable failure) {
    if (!exit.made()) {
      var message =
          failure instanceof BundleException || failure instanceof IOException
              ? failure.getMessage()
              : "cannot start";
      LOG.log(Level.ERROR, message, failure);
      exit.accept(INTERNAL_FAULT);
    }
  }

  private List<Bundle> install(Framework framework, int level) throws BundleException, IOException {
    var folder = home.resolve("bundles").resolve(Integer.toString(level));
    var context = framework.getBundleContext();
    var installed = new ArrayList<Bundle>();
    for (var jar : jars(folder)) {
      var bundle = context.installBundle(classPathBundles.location(jar));
      if (level != APPLICATIONS) { // which is where bundles are that others install meanwhile
        bundle.adapt(BundleStartLevel.class).setStartLevel(level);
      }
      installed.add(bundle);
    }
    return installed;
  }

  /** Resolves two levels at once; a bundle that cannot be resolved says why when it is started. */
  private static void resolve(Framework framework, List<Bundle> one, List<Bundle> other) {
    var bundles = new ArrayList<>(one);
    bundles.addAll(other);
    framework.adapt(FrameworkWiring.class).resolveBundles(bundles);
  }

  private Future<Void> startBeside(List<Bundle> bundles) {
    var task =
        new FutureTask<Void>(() -> {
          start(bundles);
          return null;
        });
    Thread.ofPlatform().name("start-applications").daemon().start(task);
    return task;
  }

  private void start(List<Bundle> bundles) throws BundleException {
    for (var bundle : bundles) {
      if (exit.made()) {
        return;
      }
      if (!isFragment(bundle)) {
        start(bundle);
      }
    }
  }

  private static List<Path> jars(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("the distribution is incomplete: there is no folder " + folder);
    }
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static boolean isFragment(Bundle bundle) {
    return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  private static void start(Bundle bundle) throws BundleException {
    try {
      bundle.start();
    } catch (BundleException failure) {
      throw new BundleException(
          "cannot start the bundle %s of %s: %s"
              .formatted(bundle.getSymbolicName(), bundle.getLocation(), rootMessage(failure)),
          failure.getType(),
          failure);
    }
  }

  private static String rootMessage(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof BundleException ? root.getMessage() : root.toString();
  }

  // --- main thread

  private void stop(Framework framework, int status, BundleCache cache)
      throws BundleException, InterruptedException {
    var limit = (allStarted ? gracePeriod() : Duration.ZERO).plus(BEYOND_GRACE);
    framework.stop();
    if (framework.waitForStop(limit.toMillis()).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
      LOG.log(Level.WARNING, "not stopped after " + limit.toSeconds() + " s: ended by force");
      cache.close();
      // Not exit: a shutdown hook could hang as well. And not 0: this is no clean end.
      Runtime.getRuntime().halt(status == 0 ? INTERNAL_FAULT : status);
    }
  }

  private static Duration gracePeriod() {
    return Duration.ofMillis(Long.getLong(GRACE_PERIOD_MILLIS, SECONDS.toMillis(30)));
  }
}
