package org.yimmo.wsgi.mod.internal;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/**
 * One of several applications of the process: imported and registered, or else the condition {@code
 * yimmo.application.failed}, which tells why not. The others do not notice.
 *
 * <p>The configuration says which interpreter it gets (docs/decisions/0008-interpreters.md).
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = "org.yimmo.wsgi.mod.application",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class DeployedApplication {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");

  /** See docs/wiring.md. */
  public @interface Config {
    String name() default "";

    String version() default "";

    String path() default "/";

    String host() default "";

    String module() default "";

    String app() default "";

    String interpreter() default "own";

    String chdir() default "";

    String[] pythonpath() default {};

    String venv() default "";

    String[] environment() default {};

    String[] warmup() default {};
  }

  private final Config config;
  private final Registrations registrations;

  @Activate
  public DeployedApplication(
      BundleContext bundles, @Reference PythonRuntime runtime, Config config) {
    this.config = config;
    registrations = new Registrations(bundles);
    try {
      var settings = settings();
      var python = runtime.python();
      var application = python.load(settings, interpreter(python));
      registrations.service(Application.class, application, properties());
      LOG.log(Level.INFO, "{0} loaded, {1}", config.name(), python.description());
    } catch (LoadFailure | PythonUnusable e) {
      failed(e);
    }
  }

  private Settings settings() throws LoadFailure {
    if (!config.chdir().isEmpty()) {
      throw new LoadFailure(
          "cannot change to the directory %s: the working directory is that of all applications"
              .formatted(config.chdir()));
    }
    return new Settings(
        config.module(),
        config.app(),
        new Surroundings.Deployment(
            List.of(config.pythonpath()), config.venv(), List.of(config.environment())));
  }

  private Interpreter interpreter(EmbeddedPython python) throws LoadFailure, PythonUnusable {
    return switch (config.interpreter()) {
      case "own" -> python.another();
      case "main" -> python.main();
      default ->
          throw new LoadFailure(
              "the interpreter \"%s\" is neither own nor main".formatted(config.interpreter()));
    };
  }

  private void failed(Exception failure) {
    LOG.log(Level.ERROR, "{0} cannot be loaded: {1}", config.name(), failure.getMessage());
    var properties = properties();
    properties.put("message", failure.getMessage());
    registrations.condition("yimmo.application.failed", properties);
  }

  private Map<String, Object> properties() {
    var properties = new HashMap<String, Object>();
    properties.put(Application.NAME, config.name());
    properties.put(Application.PATH, config.path());
    if (!config.host().isEmpty()) {
      properties.put(Application.HOST, config.host());
    }
    if (!config.version().isEmpty()) {
      properties.put(Application.VERSION, config.version());
    }
    if (config.warmup().length > 0) {
      properties.put(Application.WARMUP, config.warmup());
    }
    return properties;
  }

  @Deactivate
  void deactivate() {
    registrations.unregister();
  }
}
