package org.yimmo.wsgi.context.internal;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;

/**
 * Keeps the routes in step with the {@link Application} services, and with the conditions that tell
 * where one is awaited or has failed, and which are not to serve yet.
 *
 * <p>The routes change as a whole, between two requests. An application that goes finishes the
 * requests that it has before its bundle gets on.
 */
@Component(service = Router.class, configurationPid = "org.yimmo.wsgi.context")
public final class Router {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");

  private static final String HELD = "application.bundle";

  private final BooleanSupplier hurry;
  private final Duration gracePeriod;
  private final Map<Long, Mounted> mounts = new HashMap<>(); // by service; guarded by this
  private final Set<Long> held = new HashSet<>(); // bundles; guarded by this
  private volatile Routes routes = Routes.of(List.of());
  private volatile boolean closed; // written by the thread that ends the component

  /**
   * Something that is mounted.
   *
   * @param bundle that registered it
   */
  private record Mounted(Routes.Mount mount, long bundle) {}

  /** See docs/wiring.md. */
  @interface Configuration {
    long grace_period_millis() default 30_000;
  }

  @Activate
  public Router(BundleContext bundles, Configuration configuration) {
    this(
        Duration.ofMillis(configuration.grace_period_millis()),
        () -> bundles.getBundle(0).getState() == Bundle.STOPPING);
  }

  /**
   * A router.
   *
   * @param gracePeriod how long an application that goes is waited for
   * @param hurry whether nothing is waited for
   */
  Router(Duration gracePeriod, BooleanSupplier hurry) {
    this.gracePeriod = gracePeriod;
    this.hurry = hurry;
  }

  /** The routes of this moment. */
  Routes routes() {
    return routes;
  }

  // --- applications

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "remount",
      unbind = "unmount")
  void mount(Application application, Map<String, Object> properties) {
    put(serving(application, new Visits(), properties), properties);
  }

  /** It stays the same application, with the requests that it has. */
  void remount(Application application, Map<String, Object> properties) {
    if (mounted(service(properties)) instanceof Mounted(Routes.Serving former, _)) {
      put(serving(application, former.visits(), properties), properties);
    }
  }

  /** <em>Blocks:</em> until the last request in it has ended, for the grace period at most. */
  void unmount(Application application, Map<String, Object> properties) {
    if (mounted(service(properties)) instanceof Mounted(Routes.Serving former, _)) {
      remove(service(properties));
      var left = former.visits().close(gracePeriod, () -> closed || hurry.getAsBoolean());
      if (left > 0) {
        LOG.log(Level.WARNING, "{0} is removed with {1} requests in it", former.name(), left);
      }
    }
  }

  private static Routes.Serving serving(
      Application application, Visits visits, Map<String, Object> properties) {
    var own = new ApplicationProperties(properties::get);
    return new Routes.Serving(
        application,
        own.name(application.getClass().getName()),
        visits,
        own.place(),
        properties.get(Constants.SERVICE_RANKING) instanceof Integer rank ? rank : 0,
        service(properties));
  }

  // --- places without an application

  @Reference(
      target = "(osgi.condition.id=yimmo.application.awaited)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "awaitNoLonger")
  void await(Condition condition, Map<String, Object> properties) {
    var place = new ApplicationProperties(properties::get).place();
    put(new Routes.Awaited(place, service(properties)), properties);
  }

  void awaitNoLonger(Condition condition, Map<String, Object> properties) {
    remove(service(properties));
  }

  @Reference(
      target = "(&(osgi.condition.id=yimmo.application.failed)(application.path=*))",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "failsNoLonger")
  void fail(Condition condition, Map<String, Object> properties) {
    var own = new ApplicationProperties(properties::get);
    put(new Routes.Failed(own.name(""), own.place(), service(properties)), properties);
  }

  void failsNoLonger(Condition condition, Map<String, Object> properties) {
    remove(service(properties));
  }

  // --- applications that are not to serve yet

  @Reference(
      target = "(osgi.condition.id=yimmo.application.held)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "letServe")
  synchronized void hold(Condition condition, Map<String, Object> properties) {
    held.add(bundle(properties, HELD));
    change();
  }

  synchronized void letServe(Condition condition, Map<String, Object> properties) {
    held.remove(bundle(properties, HELD));
    change();
  }

  // --- all of them

  private synchronized void put(Routes.Mount mount, Map<String, Object> properties) {
    mounts.put(mount.service(), new Mounted(mount, bundle(properties, Constants.SERVICE_BUNDLEID)));
    change();
  }

  private synchronized void remove(long service) {
    mounts.remove(service);
    change();
  }

  private synchronized void change() {
    routes =
        Routes.of(
            mounts.values().stream()
                .filter(mounted -> !held.contains(mounted.bundle()))
                .map(Mounted::mount)
                .toList());
  }

  private synchronized Mounted mounted(long service) {
    return mounts.get(service);
  }

  private static long bundle(Map<String, Object> properties, String name) {
    return properties.get(name) instanceof Long bundle ? bundle : -1;
  }

  private static long service(Map<String, Object> properties) {
    return (Long) properties.get(Constants.SERVICE_ID);
  }

  /** Before all applications are unmounted: the worker threads have gone. */
  @Deactivate
  void close() {
    closed = true;
  }
}
