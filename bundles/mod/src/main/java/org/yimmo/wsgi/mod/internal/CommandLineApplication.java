package org.yimmo.wsgi.mod.internal;

import java.lang.System.Logger.Level;
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
 * The application that the command line names: imported into the main interpreter and registered,
 * or else the reason why the process must end.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = "org.yimmo.wsgi.mod",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class CommandLineApplication {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");
  private static final int EXIT_APPLICATION = 4;
  private static final int EXIT_PYTHON = 5;

  /** See docs/wiring.md. */
  public @interface Config {
    String module() default "";

    String app() default "";

    String chdir() default "";

    String[] pythonpath() default {};

    String[] argv() default {};
  }

  private final Registrations registrations;

  @Activate
  public CommandLineApplication(
      BundleContext bundles, @Reference PythonRuntime runtime, Config config) {
    registrations = new Registrations(bundles);
    if (!config.module().isEmpty()) {
      load(runtime, settings(config));
    }
  }

  private static Settings settings(Config config) {
    return new Settings(
        config.module(),
        config.app(),
        new Surroundings.CommandLine(
            config.chdir(), List.of(config.pythonpath()), List.of(config.argv())));
  }

  private void load(PythonRuntime runtime, Settings settings) {
    try {
      var python = runtime.python();
      var application = python.load(settings, python.main());
      registrations.service(
          Application.class,
          application,
          Map.of(Application.NAME, settings.name(), Application.PATH, "/"));
      registrations.condition(
          "yimmo.application.loaded",
          Map.of(
              "message",
              settings.name() + " loaded, " + python.description(),
              "application",
              settings.name(),
              "interpreter",
              "Python " + python.version()));
    } catch (LoadFailure e) {
      failed(EXIT_APPLICATION, e.getMessage());
    } catch (PythonUnusable e) {
      LOG.log(Level.DEBUG, "Python is unusable", e);
      failed(EXIT_PYTHON, e.getMessage());
    }
  }

  private void failed(int exitStatus, String message) {
    registrations.condition("yimmo.failed", Map.of("exit.status", exitStatus, "message", message));
  }

  @Deactivate
  void deactivate() {
    registrations.unregister();
  }
}
