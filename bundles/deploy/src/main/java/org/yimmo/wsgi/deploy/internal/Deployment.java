package org.yimmo.wsgi.deploy.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.deploy.internal.manage.Manager;
import org.yimmo.wsgi.deploy.internal.serve.Serving;

/** The part that this process has in deployments: that of the manager or that of a worker. */
@Component(
    service = {},
    immediate = true,
    configurationPid = "org.yimmo.wsgi.deploy",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Deployment {
  private static final int CONFIGURATION = 2;
  private static final int INTERNAL_FAULT = 70;

  /** See docs/wiring.md. */
  @interface Config {
    String role() default "";

    String folder() default "";

    String store() default "";

    int versions_kept() default 5;

    String generation() default "";

    String source() default "";

    String output() default "";

    String requirements() default "";
  }

  private final BundleContext bundle;
  private final IntConsumer exit;
  private final AutoCloseable part;

  @Activate
  public Deployment(
      BundleContext bundle,
      @Reference ConfigurationAdmin configurations,
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit,
      Config config) {
    this.bundle = bundle;
    this.exit = exit;
    part = part(configurations, config);
  }

  private AutoCloseable part(ConfigurationAdmin configurations, Config config) {
    try {
      return switch (config.role()) {
        case "manager" ->
            new Manager(
                bundle,
                Path.of(config.folder()),
                Path.of(config.store()),
                Math.max(1, config.versions_kept()));
        case "worker" -> new Serving(bundle, configurations, Path.of(config.generation()));
        case "bundle" -> makeBundle(config);
        default -> () -> {};
      };
    } catch (IOException e) {
      return config.role().equals("manager")
          ? failed(
              CONFIGURATION,
              "cannot deploy from %s: %s; choose another folder with --deploy"
                  .formatted(config.folder(), reason(e)))
          : failed(
              INTERNAL_FAULT,
              "cannot read what to serve from %s: %s".formatted(config.generation(), reason(e)));
    }
  }

  private AutoCloseable makeBundle(Config config) {
    var requirements = Optional.of(config.requirements()).filter(text -> !text.isEmpty());
    var failure =
        Bundling.run(
            Path.of(config.source()), Path.of(config.output()), requirements.map(Path::of));
    if (failure.isPresent()) {
      return failed(CONFIGURATION, failure.get());
    }
    exit.accept(0);
    return () -> {};
  }

  private static String reason(IOException failure) {
    return failure.getClass() == IOException.class ? failure.getMessage() : failure.toString();
  }

  private AutoCloseable failed(int exitStatus, String message) {
    var registration =
        bundle.registerService(
            Condition.class,
            Condition.INSTANCE,
            FrameworkUtil.asDictionary(
                Map.of(
                    Condition.CONDITION_ID,
                    "yimmo.failed",
                    "exit.status",
                    exitStatus,
                    "message",
                    message)));
    return registration::unregister;
  }

  @Deactivate
  void deactivate() throws Exception {
    part.close();
  }
}
