package org.yimmo.wsgi.context.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.yimmo.wsgi.application.Application;

/** Keeps the routes in step with the {@link Application} services. */
@Component(service = Router.class)
public final class Router {
  private final List<Routes.Mount> mounts = new ArrayList<>(); // guarded by this
  private volatile Routes routes = Routes.of(List.of());

  @Activate
  public Router() {}

  /** The routes of this moment. */
  Routes routes() {
    return routes;
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unmount")
  synchronized void mount(Application application, Map<String, Object> properties) {
    mounts.add(
        new Routes.Mount(
            application,
            text(properties, Application.NAME, application.getClass().getName()),
            text(properties, Application.HOST, "").toLowerCase(Locale.ROOT),
            path(text(properties, Application.PATH, "/")),
            properties.get(Constants.SERVICE_RANKING) instanceof Integer rank ? rank : 0));
    routes = Routes.of(mounts);
  }

  synchronized void unmount(Application application) {
    mounts.removeIf(mount -> mount.application().equals(application));
    routes = Routes.of(mounts);
  }

  private static String text(Map<String, Object> properties, String name, String otherwise) {
    return properties.get(name) instanceof String text ? text : otherwise;
  }

  private static String path(String declared) {
    var end = declared.length();
    while (end > 0 && declared.charAt(end - 1) == '/') {
      end--;
    }
    var path = declared.substring(0, end);
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }
}
