package org.yimmo.wsgi.console.internal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/** Makes the command services of all bundles commands of Gogo, as long as they are there. */
final class Commands
    implements AutoCloseable,
        ServiceTrackerCustomizer<Function<List<String>, Object>, ServiceRegistration<?>> {
  private static final String SERVICES =
      "(&(" + Constants.OBJECTCLASS + "=java.util.function.Function)(yimmo.command=*))";

  private final BundleContext context;
  private final Map<String, Command> known = new ConcurrentSkipListMap<>();
  private final ServiceTracker<Function<List<String>, Object>, ServiceRegistration<?>> tracker;

  Commands(BundleContext context) {
    this.context = context;
    try {
      tracker = new ServiceTracker<>(context, context.createFilter(SERVICES), this);
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  void open() {
    tracker.open();
  }

  @Override
  public void close() {
    tracker.close();
  }

  /** By name. */
  Collection<Command> all() {
    return known.values();
  }

  /**
   * @param name with or without the scope
   */
  Optional<Command> find(String name) {
    var scope = Command.SCOPE + ":";
    return Optional.ofNullable(
        known.get(name.startsWith(scope) ? name.substring(scope.length()) : name));
  }

  /** A command of the console itself. */
  ServiceRegistration<?> add(Command command) {
    known.put(command.name(), command);
    return context.registerService(
        org.apache.felix.service.command.Function.class,
        command,
        FrameworkUtil.asDictionary(
            Map.of("osgi.command.scope", Command.SCOPE, "osgi.command.function", command.name())));
  }

  // --- threads that change services

  @Override
  public ServiceRegistration<?> addingService(
      ServiceReference<Function<List<String>, Object>> reference) {
    return add(
        Command.of(FrameworkUtil.asMap(reference.getProperties()), context.getService(reference)));
  }

  @Override
  public void modifiedService(
      ServiceReference<Function<List<String>, Object>> reference, ServiceRegistration<?> command) {}

  @Override
  public void removedService(
      ServiceReference<Function<List<String>, Object>> reference, ServiceRegistration<?> command) {
    known.remove(String.valueOf(reference.getProperty("yimmo.command")));
    command.unregister();
    context.ungetService(reference);
  }
}
