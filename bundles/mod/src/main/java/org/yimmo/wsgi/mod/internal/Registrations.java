package org.yimmo.wsgi.mod.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;

/** The services of one component, which are unregistered in the opposite order. */
final class Registrations {
  private final BundleContext bundles;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

  Registrations(BundleContext bundles) {
    this.bundles = bundles;
  }

  <T> void service(Class<T> type, T service, Map<String, Object> properties) {
    registrations.add(
        bundles.registerService(type, service, FrameworkUtil.asDictionary(properties)));
  }

  /** A {@link Condition}, see docs/wiring.md. */
  void condition(String id, Map<String, Object> properties) {
    var all = new HashMap<>(properties);
    all.put(Condition.CONDITION_ID, id);
    service(Condition.class, Condition.INSTANCE, all);
  }

  void unregister() {
    registrations.reversed().forEach(ServiceRegistration::unregister);
  }
}
