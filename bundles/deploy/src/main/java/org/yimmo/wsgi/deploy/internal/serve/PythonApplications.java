package org.yimmo.wsgi.deploy.internal.serve;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.yimmo.wsgi.deploy.internal.release.BadDropException;
import org.yimmo.wsgi.deploy.internal.release.Description;
import org.yimmo.wsgi.deploy.internal.release.Headers;

/**
 * The extender: each bundle with the header {@code Yimmo-WSGI-Application} that is started gets a
 * configuration, with which {@code mod} imports its application; it loses that when it stops.
 */
final class PythonApplications implements BundleTrackerCustomizer<Configuration>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.deploy");
  private static final String PID = "org.yimmo.wsgi.mod.application";
  private static final String FOLDER = "reference:file:";

  private final ConfigurationAdmin configurations;
  private final boolean alone;
  private final BundleTracker<Configuration> tracker;

  /**
   * @param alone whether there is one Python application in this process, which may have the main
   *     interpreter
   */
  PythonApplications(BundleContext context, ConfigurationAdmin configurations, boolean alone) {
    this.configurations = configurations;
    this.alone = alone;
    tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
  }

  void open() {
    tracker.open();
  }

  /** The configurations stay: at the end of the process the applications go in their order. */
  @Override
  public void close() {
    tracker.close();
  }

  @Override
  public Configuration addingBundle(Bundle bundle, BundleEvent event) {
    if (bundle.getHeaders("").get(Headers.APPLICATION) == null) {
      return null;
    }
    try {
      var root = root(bundle);
      var description =
          Headers.read(name -> bundle.getHeaders("").get(name), bundle.getSymbolicName());
      var configuration = configurations.getFactoryConfiguration(PID, description.name(), "?");
      configuration.update(FrameworkUtil.asDictionary(properties(description, root, alone)));
      return configuration;
    } catch (BadDropException | IOException e) {
      LOG.log(Level.ERROR, "{0} is no application: {1}", bundle.getLocation(), e.getMessage());
      return null;
    }
  }

  private static Path root(Bundle bundle) throws BadDropException {
    var location = bundle.getLocation();
    var root =
        location.startsWith(FOLDER)
            ? Path.of(URI.create(location.substring("reference:".length())))
            : Path.of("");
    if (!location.startsWith(FOLDER) || !Files.isDirectory(root)) {
      throw new BadDropException(
          "Python reads files, and this bundle is none that is unpacked: put it into the deploy"
              + " folder");
    }
    return root;
  }

  /** What {@code mod} wants to know (docs/wiring.md). */
  static Map<String, Object> properties(Description description, Path root, boolean alone) {
    var path = new ArrayList<String>();
    for (var folder :
        description.pythonPath().isEmpty() ? List.of(".") : description.pythonPath()) {
      path.add(root.resolve(folder).normalize().toString());
    }
    return Map.ofEntries(
        Map.entry("name", description.name()),
        Map.entry("version", description.version()),
        Map.entry("path", description.path()),
        Map.entry("host", description.host()),
        Map.entry("module", description.module()),
        Map.entry("app", description.app()),
        Map.entry("interpreter", alone ? "main" : description.interpreter()),
        Map.entry("pythonpath", path.toArray(String[]::new)),
        Map.entry(
            "venv",
            description.venv().isEmpty() ? "" : root.resolve(description.venv()).toString()),
        Map.entry("environment", description.environment().toArray(String[]::new)),
        Map.entry("warmup", description.warmup().toArray(String[]::new)));
  }

  @Override
  public void modifiedBundle(Bundle bundle, BundleEvent event, Configuration configuration) {}

  @Override
  public void removedBundle(Bundle bundle, BundleEvent event, Configuration configuration) {
    if (event == null) {
      return; // this extender goes, and not the application
    }
    try {
      configuration.delete();
    } catch (IOException | IllegalStateException e) {
      LOG.log(Level.DEBUG, "the configuration was deleted already", e);
    }
  }
}
