package org.yimmo.wsgi.deploy.internal.serve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.deploy.internal.release.Generation;
import org.yimmo.wsgi.deploy.internal.release.Kind;

/** The worker's part: the applications of a generation are bundles of this process. */
public final class Serving implements AutoCloseable {
  private final BundleContext context;
  private final Bundles bundles;
  private final Failures failures;
  private final PythonApplications python;
  private final ServiceRegistration<?> changes;

  /**
   * Installs and starts the generation of a file. A part that cannot be leaves a condition {@code
   * yimmo.application.failed}.
   *
   * @throws IOException the file cannot be read
   */
  public Serving(BundleContext context, ConfigurationAdmin configurations, Path file)
      throws IOException {
    this.context = context;
    var generation = Generation.read(file);
    bundles = new Bundles(context, this::warmUp);
    failures = new Failures(context);
    var pythons =
        generation.members().stream().filter(member -> member.kind() == Kind.PYTHON).count();
    python =
        new PythonApplications(
            context, configurations, pythons == 1 && commandLineModule(configurations).isEmpty());
    python.open();
    failures.add(bundles.start(generation.members()));
    changes =
        context.registerService(
            BiFunction.class,
            (BiFunction<String, String, Map<String, String>>) this::change,
            properties());
  }

  private Dictionary<String, ?> properties() {
    return FrameworkUtil.asDictionary(
        Map.of("yimmo.deployment", true, "yimmo.deployment.mounts", bundles.mounts()));
  }

  private static String commandLineModule(ConfigurationAdmin configurations) throws IOException {
    var properties = configurations.getConfiguration("org.yimmo.wsgi.mod", "?").getProperties();
    return properties != null && properties.get("module") instanceof String module ? module : "";
  }

  /**
   * Changes to another generation of which only Java bundles differ.
   *
   * @param verb {@code prepare}, then {@code commit} or {@code abort}
   * @param file of the generation
   * @return by name of the application why it does not serve
   */
  private synchronized Map<String, String> change(String verb, String file) {
    try {
      return switch (verb) {
        case "prepare" -> prepare(Generation.read(Path.of(file)));
        case "commit" -> commit(Generation.read(Path.of(file)));
        case "abort" -> abort();
        default -> throw new IllegalArgumentException("no verb of a deployment: " + verb);
      };
    } catch (IOException e) {
      return Map.of("", "cannot read the generation: " + e.getMessage());
    }
  }

  private Map<String, String> prepare(Generation generation) {
    var refused = bundles.prepare(generation);
    if (!refused.isEmpty()) {
      bundles.abort();
    }
    return refused;
  }

  /** Through the bundle that calls applications (docs/wiring.md). */
  @SuppressWarnings({"unchecked", "rawtypes"}) // what the property promises
  private Optional<String> warmUp(ServiceReference<Application> application) {
    try {
      return context.getServiceReferences(Function.class, "(yimmo.warmup=true)").stream()
          .findFirst()
          .map(reference ->
              (Function<ServiceReference<Application>, Optional<String>>)
                  context.getService(reference))
          .orElse(_ -> Optional.of("nobody in this process can warm it up"))
          .apply(application);
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, String> commit(Generation generation) {
    bundles.commit(generation);
    changes.setProperties(properties());
    refresh();
    return Map.of();
  }

  private Map<String, String> abort() {
    bundles.abort();
    refresh();
    return Map.of();
  }

  /** The classes of bundles that are uninstalled stay until then. */
  private void refresh() {
    var wiring = context.getBundle(0).adapt(FrameworkWiring.class);
    if (!wiring.getRemovalPendingBundles().isEmpty()) {
      wiring.refreshBundles(wiring.getRemovalPendingBundles());
    }
  }

  @Override
  public void close() {
    changes.unregister();
    python.close();
    failures.close();
  }
}
