package org.yimmo.wsgi.deploy.internal.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.deploy.internal.release.Generation;
import org.yimmo.wsgi.deploy.internal.release.Kind;
import org.yimmo.wsgi.deploy.internal.release.Place;

/**
 * The members of a generation as bundles of this process.
 *
 * <p>Of two releases at the same place the one that came first serves, as long as their ranks are
 * the same: so a new one stands beside the old one until that is taken away, and then the route
 * flips between two requests.
 *
 * <p><em>Thread:</em> one at a time.
 */
final class Bundles {
  private final BundleContext context;
  private final List<Installed> serving = new ArrayList<>();
  private final List<Installed> prepared = new ArrayList<>();

  Bundles(BundleContext context) {
    this.context = context;
  }

  /**
   * Installs and starts; those that cannot be are left out.
   *
   * @return by name of the application why it does not serve
   */
  Map<String, String> start(List<Generation.Member> members) {
    return add(members, serving);
  }

  /**
   * Installs and starts what is new in a generation, in the shadow of what serves.
   *
   * @return by name of the application why it cannot; then {@link #abort} follows
   */
  Map<String, String> prepare(Generation generation) {
    abort();
    return add(
        generation.members().stream()
            .filter(member -> serving.stream().noneMatch(one -> one.member().equals(member)))
            .toList(),
        prepared);
  }

  /** Takes away what was prepared. */
  void abort() {
    prepared.reversed().forEach(Bundles::uninstall);
    prepared.clear();
  }

  /**
   * Lets what was prepared serve: what the generation has no more is taken away.
   *
   * <p><em>Blocks:</em> until the requests in it have ended.
   */
  void commit(Generation generation) {
    var over =
        serving.stream().filter(one -> !generation.members().contains(one.member())).toList();
    over.forEach(Bundles::uninstall);
    serving.removeAll(over);
    serving.addAll(prepared);
    prepared.clear();
  }

  private Map<String, String> add(List<Generation.Member> members, List<Installed> to) {
    var failures = new LinkedHashMap<String, String>();
    var installed = new ArrayList<Installed>();
    for (var member : members) {
      try {
        installed.add(
            new Installed(member, context.installBundle("reference:" + member.location().toUri())));
      } catch (BundleException | IllegalStateException e) {
        failures.put(member.name(), "the bundle cannot be installed: " + innermost(e));
      }
    }
    for (var one : installed) {
      try {
        one.bundle().start();
        requireApplication(one);
        to.add(one);
      } catch (BundleException | IllegalStateException e) {
        uninstall(one);
        failures.put(one.member().name(), "the bundle cannot be started: " + innermost(e));
      }
    }
    return failures;
  }

  private static String innermost(Throwable failure) {
    var inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner instanceof BundleException ? inner.getMessage() : inner.toString();
  }

  /** A bundle without code that runs of itself is a library for others. */
  private void requireApplication(Installed one) throws BundleException {
    if (one.member().kind() != Kind.JAVA || !runs(one.bundle())) {
      return;
    }
    var places = places(one.bundle());
    if (places.isEmpty()) {
      throw new BundleException(
          "it registers no service org.yimmo.wsgi.application.Application; scr:list and scr:info"
              + " in the worker's console tell what its components lack");
    }
    for (var other :
        Stream.concat(serving.stream(), prepared.stream())
            .filter(other -> !other.member().name().equals(one.member().name()))
            .toList()) {
      for (var place : places(other.bundle())) {
        if (places.contains(place)) {
          throw new BundleException("%s is mounted at %s".formatted(other.member().name(), place));
        }
      }
    }
  }

  private static boolean runs(Bundle bundle) {
    return Stream.of("Service-Component", "Bundle-Activator")
        .anyMatch(header -> bundle.getHeaders("").get(header) != null);
  }

  private static List<Place> places(Bundle bundle) {
    var registered = bundle.getRegisteredServices();
    return Stream.of(registered == null ? new ServiceReference<?>[0] : registered)
        .filter(service ->
            List.of((String[]) service.getProperty("objectClass"))
                .contains(Application.class.getName()))
        .map(service ->
            Place.of(text(service, Application.HOST, ""), text(service, Application.PATH, "/")))
        .toList();
  }

  private static String text(ServiceReference<?> service, String name, String otherwise) {
    return service.getProperty(name) instanceof String text ? text : otherwise;
  }

  private static void uninstall(Installed one) {
    try {
      one.bundle().uninstall();
    } catch (BundleException | IllegalStateException e) {
      System.getLogger("org.yimmo.wsgi.deploy")
          .log(System.Logger.Level.WARNING, one.member().name() + " does not stop well", e);
    }
  }
}
