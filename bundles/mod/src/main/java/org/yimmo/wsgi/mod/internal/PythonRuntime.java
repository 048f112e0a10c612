package org.yimmo.wsgi.mod.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.yimmo.wsgi.mod.internal.choose.InterpreterChoice;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/**
 * The Python of this process: chosen by the configuration, started when the first application is
 * loaded.
 *
 * <p>It outlives the component, unless the framework is stopping: CPython cannot be started again
 * in a process.
 */
@Component(
    service = PythonRuntime.class,
    configurationPid = "org.yimmo.wsgi.mod",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PythonRuntime {
  /** See docs/wiring.md. */
  public @interface Config {
    String python() default "";

    String virtual_env() default "";

    String bundled_python() default "";
  }

  private final BundleContext bundles;
  private final Config config;
  private Optional<EmbeddedPython> started = Optional.empty(); // guarded by this

  @Activate
  public PythonRuntime(BundleContext bundles, Config config) {
    this.bundles = bundles;
    this.config = config;
  }

  /**
   * The Python of this process, which is started if it does not run yet.
   *
   * <p><em>Blocks:</em> until it runs.
   *
   * @throws PythonUnusable there is none, or it does not start
   */
  synchronized EmbeddedPython python() throws PythonUnusable, LoadFailure {
    if (started.isEmpty()) {
      started = Optional.of(start());
    }
    return started.get();
  }

  private EmbeddedPython start() throws PythonUnusable, LoadFailure {
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

  @Deactivate
  synchronized void deactivate() {
    if (bundles.getBundle(0).getState() == Bundle.STOPPING) {
      started.ifPresent(EmbeddedPython::end);
    }
  }
}
