package org.yimmo.wsgi.proc.internal.console;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;

/**
 * The console of this process: installed and started when it is first asked for.
 *
 * <p>Only its own bundle is started here; that one knows which of the others to start.
 */
public final class ConsoleBundles implements Supplier<Consumer<SocketChannel>> {
  private static final String SYMBOLIC_NAME = "org.yimmo.wsgi.console";
  private static final String SERVICE = "(yimmo.console=true)";

  private static final System.Logger LOG = System.getLogger(ConsoleBundles.class.getName());

  private final BundleContext context;
  private final Bundle framework;

  public ConsoleBundles(BundleContext context) {
    this.context = context;
    framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
  }

  /**
   * The service that takes connections, or one that ends them at once while the framework starts or
   * stops.
   *
   * <p><em>Blocks:</em> the first time until the bundles are started.
   *
   * @throws IllegalStateException they cannot be started
   */
  @Override
  public synchronized Consumer<SocketChannel> get() {
    try {
      return startedOnce();
    } catch (IllegalStateException e) {
      if (framework.getState() == Bundle.ACTIVE) {
        throw e;
      }
      return _ -> LOG.log(Level.DEBUG, "no console while the framework starts or stops", e);
    }
  }

  private Consumer<SocketChannel> startedOnce() {
    return service()
        .or(this::started)
        .orElseThrow(
            () -> new IllegalStateException("the bundle " + SYMBOLIC_NAME + " offers no console"));
  }

  private Optional<Consumer<SocketChannel>> started() {
    try {
      var installed = new ArrayList<Bundle>();
      for (var jar : jars(Path.of(context.getProperty("yimmo.home"), "bundles", "console"))) {
        installed.add(context.installBundle("reference:" + jar.toUri()));
      }
      for (var bundle : installed) {
        if (bundle.getSymbolicName().equals(SYMBOLIC_NAME)) {
          bundle.start();
        }
      }
      return service();
    } catch (BundleException | IOException e) {
      throw new IllegalStateException("the bundles of the console cannot be started", e);
    }
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // what the property promises
  private Optional<Consumer<SocketChannel>> service() {
    try {
      return context.getServiceReferences(Consumer.class, SERVICE).stream()
          .findFirst()
          .map(reference -> (Consumer<SocketChannel>) context.getService(reference));
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
