package org.yimmo.wsgi.deploy.internal.manage;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The rollouts that the bundle {@code proc} offers as services (docs/wiring.md). */
record ServiceRollouts(BundleContext bundle) implements Rollouts {
  @Override
  @SuppressWarnings({"unchecked", "rawtypes"}) // what the property promises
  public Reports reports() {
    try {
      return bundle.getServiceReferences(Supplier.class, "(yimmo.workers=applications)").stream()
          .findFirst()
          .map(reference ->
              (Supplier<Map<String, Map<String, String>>>) bundle.getService(reference))
          .map(Supplier::get)
          .map(said ->
              new Reports(said.get("failures"), said.get("absent").keySet(), said.get("mounts")))
          .orElse(Reports.NONE);
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public boolean ready() {
    return service("processes").isPresent();
  }

  @Override
  public CompletionStage<Map<String, String>> begin(Path generation, boolean live) {
    var reference =
        (live ? service("live").or(() -> service("processes")) : service("processes"))
            .orElseThrow(() -> new IllegalStateException("nobody manages worker processes"));
    var rollout = function(reference);
    try {
      return rollout.apply(generation.toString());
    } finally {
      bundle.ungetService(reference);
    }
  }

  @SuppressWarnings("rawtypes")
  private Optional<ServiceReference<Function>> service(String which) {
    try {
      return bundle.getServiceReferences(Function.class, "(yimmo.rollout=" + which + ")").stream()
          .findFirst();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // what the property promises
  private Function<String, CompletionStage<Map<String, String>>> function(
      ServiceReference<Function> reference) {
    return Optional.ofNullable(bundle.getService(reference))
        .map(service -> (Function<String, CompletionStage<Map<String, String>>>) service)
        .orElseThrow(() -> new IllegalStateException("the manager of the processes is gone"));
  }
}
