package org.yimmo.wsgi.mod.internal;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.mod.internal.choose.InterpreterChoice;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/**
 * Starts Python, imports the application of the configuration and registers it; or registers why
 * not.
 *
 * <p>The interpreter outlives the component, unless the framework is stopping: CPython cannot be
 * started again in a process.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = "org.yimmo.wsgi.mod",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ModComponent {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");
  private static final int EXIT_APPLICATION = 4;
  private static final int EXIT_PYTHON = 5;

  /** See docs/wiring.md. */
  public @interface Config {
    String module();

    String app();

    String python() default "";

    String virtual_env() default "";

    String chdir() default "";

    String[] pythonpath() default {};

    String[] argv() default {};

    String bundled_python() default "";
  }

  private final BundleContext bundles;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private Optional<EmbeddedPython> python = Optional.empty();

  @Activate
  public ModComponent(BundleContext bundles, Config config) {
    this.bundles = bundles;
    var settings =
        new Settings(
            config.module(),
            config.app(),
            config.chdir(),
            List.of(config.pythonpath()),
            List.of(config.argv()));
    try {
      var started = start(config);
      python = Optional.of(started);
      var application = started.load(settings);
      register(
          Application.class,
          application,
          Map.of(Application.NAME, settings.name(), Application.PATH, "/"));
      condition(
          "yimmo.application.loaded",
          Map.of(
              "message",
              settings.name() + " loaded, " + started.description(),
              "application",
              settings.name(),
              "interpreter",
              "Python " + started.version()));
    } catch (LoadFailure e) {
      failed(EXIT_APPLICATION, e.getMessage());
    } catch (PythonUnusable e) {
      LOG.log(Level.DEBUG, "Python is unusable", e);
      failed(EXIT_PYTHON, e.getMessage());
    }
  }

  private EmbeddedPython start(Config config) throws PythonUnusable, LoadFailure {
    var searchPath =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of)
            .toList();
    var installation =
        InterpreterChoice.ofThisMachine(config.bundled_python())
            .choose(
                new InterpreterChoice.Wishes(config.python(), config.virtual_env(), searchPath));
    var version = bundles.getBundle().getVersion();
    return EmbeddedPython.of(
        installation,
        "%d.%d.%d".formatted(version.getMajor(), version.getMinor(), version.getMicro()));
  }

  private void failed(int exitStatus, String message) {
    condition("yimmo.failed", Map.of("exit.status", exitStatus, "message", message));
  }

  private void condition(String id, Map<String, Object> properties) {
    var all = new HashMap<>(properties);
    all.put(Condition.CONDITION_ID, id);
    register(Condition.class, Condition.INSTANCE, all);
  }

  private <T> void register(Class<T> type, T service, Map<String, Object> properties) {
    registrations.add(
        bundles.registerService(type, service, FrameworkUtil.asDictionary(properties)));
  }

  @Deactivate
  void deactivate() {
    registrations.reversed().forEach(ServiceRegistration::unregister);
    if (bundles.getBundle(0).getState() == Bundle.STOPPING) {
      python.ifPresent(EmbeddedPython::end);
    }
  }
}
