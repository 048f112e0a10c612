package org.yimmo.wsgi.context.internal;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * where one is awaited.
 *
 * <p>The routes change as a whole, between two requests. An application that goes finishes the
 * requests that it has before its bundle gets on.
 */
@Component(service = Router.class, configurationPid = "org.yimmo.wsgi.context")
public final class Router {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");

  private final BooleanSupplier hurry;
  private final Duration gracePeriod;
  private final Map<Long, Routes.Mount> mounts = new HashMap<>(); // by service; guarded by this
  private volatile Routes routes = Routes.of(List.of());
  private volatile boolean closed; // written by the thread that ends the component

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
    put(serving(application, new Visits(), properties));
  }

  /** It stays the same application, with the requests that it has. */
  void remount(Application application, Map<String, Object> properties) {
    if (mounted(service(properties)) instanceof Routes.Serving former) {
      put(serving(application, former.visits(), properties));
    }
  }

  /** <em>Blocks:</em> until the last request in it has ended, for the grace period at most. */
  void unmount(Application application, Map<String, Object> properties) {
    if (mounted(service(properties)) instanceof Routes.Serving former) {
      remove(service(properties));
      var left = former.visits().close(gracePeriod, () -> closed || hurry.getAsBoolean());
      if (left > 0) {
        LOG.log(Level.WARNING, "{0} is removed with {1} requests in it", former.name(), left);
      }
    }
  }

  private static Routes.Serving serving(
      Application application, Visits visits, Map<String, Object> properties) {
    return new Routes.Serving(
        application,
        text(properties, Application.NAME, application.getClass().getName()),
        visits,
        place(properties),
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
    put(new Routes.Awaited(place(properties), service(properties)));
  }

  void awaitNoLonger(Condition condition, Map<String, Object> properties) {
    remove(service(properties));
  }

  // --- both

  private synchronized void put(Routes.Mount mount) {
    mounts.put(mount.service(), mount);
    routes = Routes.of(mounts.values());
  }

  private synchronized void remove(long service) {
    mounts.remove(service);
    routes = Routes.of(mounts.values());
  }

  private synchronized Routes.Mount mounted(long service) {
    return mounts.get(service);
  }

  private static long service(Map<String, Object> properties) {
    return (Long) properties.get(Constants.SERVICE_ID);
  }

  private static Routes.Place place(Map<String, Object> properties) {
    return Routes.Place.of(
        text(properties, Application.HOST, ""), text(properties, Application.PATH, "/"));
  }

  private static String text(Map<String, Object> properties, String name, String otherwise) {
    return properties.get(name) instanceof String text ? text : otherwise;
  }

  /** Before all applications are unmounted: the worker threads have gone. */
  @Deactivate
  void close() {
    closed = true;
  }
}
