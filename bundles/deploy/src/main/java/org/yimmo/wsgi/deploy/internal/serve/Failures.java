package org.yimmo.wsgi.deploy.internal.serve;

import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;

/** The conditions {@code yimmo.application.failed} of this bundle. */
final class Failures implements AutoCloseable {
  private final BundleContext context;
  private final Map<String, ServiceRegistration<?>> registrations = new HashMap<>();

  Failures(BundleContext context) {
    this.context = context;
  }

  void add(Map<String, String> failures) {
    failures.forEach(
        (name, message) -> registrations.computeIfAbsent(name, _ -> register(name, message)));
  }

  private ServiceRegistration<?> register(String name, String message) {
    return context.registerService(
        Condition.class,
        Condition.INSTANCE,
        FrameworkUtil.asDictionary(
            Map.of(
                Condition.CONDITION_ID,
                "yimmo.application.failed",
                Application.NAME,
                name,
                "message",
                message)));
  }

  @Override
  public void close() {
    registrations.values().forEach(ServiceRegistration::unregister);
  }
}
