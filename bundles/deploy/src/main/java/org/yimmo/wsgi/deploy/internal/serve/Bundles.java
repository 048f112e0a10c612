package org.yimmo.wsgi.deploy.internal.serve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.deploy.internal.release.BadDropException;
import org.yimmo.wsgi.deploy.internal.release.Generation;
import org.yimmo.wsgi.deploy.internal.release.Headers;
import org.yimmo.wsgi.deploy.internal.release.Kind;
import org.yimmo.wsgi.deploy.internal.release.Place;

/**
 * The members of a generation as bundles of this process.
 *
 * <p>What is prepared is held: it does not serve before all of it is warm. Then, of two releases at
 * the same place, the one that came first serves until it is taken away, and the route flips
 * between two requests.
 *
 * <p><em>Thread:</em> one at a time.
 */
final class Bundles {
  private final BundleContext context;
  private final Function<ServiceReference<Application>, Optional<String>> warmUp;
  private final List<Installed> serving = new ArrayList<>();
  private final List<Installed> prepared = new ArrayList<>();
  private final Map<Bundle, ServiceRegistration<Condition>> held = new HashMap<>();

  /**
   * @param warmUp warms an application up that does not serve yet; the result says why it cannot
   */
  Bundles(BundleContext context, Function<ServiceReference<Application>, Optional<String>> warmUp) {
    this.context = context;
    this.warmUp = warmUp;
  }

  /**
   * Installs and starts; those that cannot be are left out. The server warms the applications up
   * before it opens the port.
   *
   * @return by name of the application why it does not serve
   */
  Map<String, String> start(List<Generation.Member> members) {
    return add(members, serving, false);
  }

  /**
   * Installs, starts and warms up what is new in a generation, in the shadow of what serves.
   *
   * <p><em>Blocks:</em> until it is warm.
   *
   * @return by name of the application why it cannot; then {@link #abort} follows
   */
  Map<String, String> prepare(Generation generation) {
    abort();
    var failures =
        add(
            generation.members().stream()
                .filter(member -> serving.stream().noneMatch(one -> one.member().equals(member)))
                .toList(),
            prepared,
            true);
    if (failures.isEmpty()) {
      prepared.forEach(one -> warm(one).ifPresent(why -> failures.put(one.member().name(), why)));
    }
    return failures;
  }

  private Optional<String> warm(Installed one) {
    return applications(one.bundle()).map(warmUp).flatMap(Optional::stream).findFirst();
  }

  /** Takes away what was prepared. */
  void abort() {
    prepared.reversed().forEach(this::uninstall);
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
    List.copyOf(held.keySet()).forEach(this::letServe);
    over.forEach(this::uninstall);
    serving.removeAll(over);
    serving.addAll(prepared);
    prepared.clear();
  }

  private Map<String, String> add(
      List<Generation.Member> members, List<Installed> to, boolean hold) {
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
    // Of two that are new at one place, the one is blamed whose place is seen only now.
    installed.sort(Comparator.comparing(one -> one.member().kind() != Kind.PYTHON));
    installed.removeIf(one -> !succeeds(one, () -> start(one.bundle(), hold), failures));
    for (var one : installed) {
      if (succeeds(one, () -> requireApplication(one), failures)) {
        to.add(one);
      }
    }
    return failures;
  }

  /** Something that may fail. */
  private interface Step {
    void run() throws BundleException;
  }

  /** Does something with a bundle, which is taken away again if that fails. */
  private boolean succeeds(Installed one, Step step, Map<String, String> failures) {
    try {
      step.run();
      return true;
    } catch (BundleException | IllegalStateException e) {
      uninstall(one);
      failures.put(one.member().name(), "the bundle cannot be started: " + innermost(e));
      return false;
    }
  }

  private void start(Bundle bundle, boolean hold) throws BundleException {
    if (hold) {
      hold(bundle);
    }
    bundle.start();
  }

  private static String innermost(Throwable failure) {
    var inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner instanceof BundleException ? inner.getMessage() : inner.toString();
  }

  /**
   * A bundle that knows of applications, and has code that runs of itself, is one. Any other serves
   * other bundles.
   */
  private void requireApplication(Installed one) throws BundleException {
    if (!knowsOfApplications(one.bundle()) || !runs(one.bundle())) {
      return;
    }
    var places = places(one);
    if (places.isEmpty()) {
      throw new BundleException(
          "it registers no service org.yimmo.wsgi.application.Application; scr:list and scr:info"
              + " in the worker's console tell what its components lack");
    }
    for (var other :
        Stream.concat(serving.stream(), prepared.stream())
            .filter(other -> !other.member().name().equals(one.member().name()))
            .toList()) {
      for (var place : places(other)) {
        if (places.contains(place)) {
          throw new BundleException(
              "%s is mounted at %s; give this one another application.path or application.host"
                  .formatted(other.member().name(), place));
        }
      }
    }
  }

  private static boolean knowsOfApplications(Bundle bundle) {
    return bundle
        .adapt(BundleWiring.class)
        .getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE)
        .stream()
        .map(wire -> wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))
        .anyMatch(Application.class.getPackageName()::equals);
  }

  private static boolean runs(Bundle bundle) {
    return Stream.of("Service-Component", "Bundle-Activator")
        .anyMatch(header -> bundle.getHeaders("").get(header) != null);
  }

  /** Where the serving ones in Java are mounted, by name. */
  Map<String, String> mounts() {
    var mounts = new LinkedHashMap<String, String>();
    serving.stream()
        .filter(one -> one.member().kind() != Kind.PYTHON)
        .forEach(one ->
            places(one).stream()
                .findFirst()
                .ifPresent(place -> mounts.put(one.member().name(), place.toString())));
    return mounts;
  }

  private static List<Place> places(Installed one) {
    return one.member().kind() == Kind.PYTHON
        ? placeOfPython(one.bundle())
        : placesOfServices(one.bundle());
  }

  /** It is imported later, by others. */
  private static List<Place> placeOfPython(Bundle bundle) {
    try {
      return List.of(
          Headers.read(name -> bundle.getHeaders("").get(name), bundle.getSymbolicName()).place());
    } catch (BadDropException _) {
      return List.of();
    }
  }

  private static List<Place> placesOfServices(Bundle bundle) {
    return applications(bundle)
        .map(service ->
            Place.of(text(service, Application.HOST, ""), text(service, Application.PATH, "/")))
        .toList();
  }

  @SuppressWarnings("unchecked") // the class of the object says so
  private static Stream<ServiceReference<Application>> applications(Bundle bundle) {
    var registered = bundle.getRegisteredServices();
    return Stream.of(registered == null ? new ServiceReference<?>[0] : registered)
        .filter(service ->
            List.of((String[]) service.getProperty(Constants.OBJECTCLASS))
                .contains(Application.class.getName()))
        .map(service -> (ServiceReference<Application>) service);
  }

  private static String text(ServiceReference<?> service, String name, String otherwise) {
    return service.getProperty(name) instanceof String text ? text : otherwise;
  }

  /** Whatever it registers does not serve before {@link #letServe}, also at a place of its own. */
  private void hold(Bundle bundle) {
    held.put(
        bundle,
        context.registerService(
            Condition.class,
            Condition.INSTANCE,
            FrameworkUtil.asDictionary(
                Map.of(
                    Condition.CONDITION_ID,
                    "yimmo.application.held",
                    "application.bundle",
                    bundle.getBundleId()))));
  }

  private void letServe(Bundle bundle) {
    Optional.ofNullable(held.remove(bundle)).ifPresent(ServiceRegistration::unregister);
  }

  private void uninstall(Installed one) {
    try {
      one.bundle().uninstall();
    } catch (BundleException | IllegalStateException e) {
      System.getLogger("org.yimmo.wsgi.deploy")
          .log(System.Logger.Level.WARNING, one.member().name() + " does not stop well", e);
    } finally {
      letServe(one.bundle());
    }
  }
}
