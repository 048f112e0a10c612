package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/**
 * Reads the settings and publishes them, or shows what was asked for and ends the process.
 *
 * <p>It stands on start level 1, so all configurations are there when level 2 starts, and what ends
 * here has started nothing else.
 */
@Component(
    service = {},
    immediate = true)
public final class Cli {
  private static final int CLEAN = 0;
  private static final int USAGE = 2;
  private static final Logger LOG = System.getLogger(Cli.class.getName());

  /**
   * @param exit ends the process with a status
   */
  @Activate
  public Cli(
      BundleContext context,
      @Reference ConfigurationAdmin admin,
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit)
      throws IOException {
    var arguments = context.getProperty("yimmo.arguments");
    var invocation =
        new Invocation(
            arguments.isEmpty() ? List.of() : List.of(arguments.split("\0", -1)),
            System.getenv(),
            Path.of(context.getProperty("yimmo.directory")),
            Path.of(context.getProperty("yimmo.home")));
    switch (invocation.outcome()) {
      case Outcome.Show(var text) -> {
        System.out.print(text);
        System.out.flush();
        exit.accept(CLEAN);
      }
      case Outcome.Refuse(var sentence) -> {
        System.err.println("yimmo-wsgi: " + sentence);
        exit.accept(USAGE);
      }
      case Outcome.Start(var settings) -> start(settings, invocation, admin);
    }
  }

  private static void start(Settings settings, Invocation invocation, ConfigurationAdmin admin)
      throws IOException {
    LogLevel.set(settings.text(Setting.LOG_LEVEL));
    // The launcher, which is no bundle, gives up waiting for the bundles by this.
    System.setProperty(
        "yimmo.grace.period.millis", Long.toString(settings.millis(Setting.GRACE_PERIOD)));
    invocation.warnings().forEach(warning -> LOG.log(Level.WARNING, warning));
    if (settings.servesBundledExample()) {
      LOG.log(
          Level.INFO,
          "no application was named: serving the bundled example;"
              + " yours is served by yimmo-wsgi MODULE:APP");
    }
    for (var pid : Publication.of(settings, invocation).entrySet()) {
      admin
          .getConfiguration(pid.getKey(), "?")
          .updateIfDifferent(FrameworkUtil.asDictionary(pid.getValue()));
    }
  }
}
