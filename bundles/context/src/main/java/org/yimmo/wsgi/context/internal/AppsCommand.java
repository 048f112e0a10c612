package org.yimmo.wsgi.context.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/** The command {@code apps} of the console (docs/wiring.md): what is mounted where. */
@Component(
    service = Function.class,
    configurationPid = "org.yimmo.wsgi.context",
    configurationPolicy = ConfigurationPolicy.REQUIRE, // a manager has no applications
    property = {
      "yimmo.command=apps",
      "yimmo.command.description=Shows the applications and where they are mounted, in the order"
          + " in which they are asked.",
      "yimmo.command.example=yimmo:apps --json"
    })
public final class AppsCommand implements Function<List<String>, Object> {
  private final Router router;

  @Activate
  public AppsCommand(@Reference Router router) {
    this.router = router;
  }

  @Override
  public Object apply(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new IllegalArgumentException("apps takes no arguments: write yimmo:apps");
    }
    return router.routes().mounts().stream().map(AppsCommand::row).toList();
  }

  private static Map<String, Object> row(Routes.Mount mount) {
    var row = new LinkedHashMap<String, Object>();
    switch (mount) {
      case Routes.Serving serving -> {
        row.put("application", serving.name());
        row.put("state", "serving");
      }
      case Routes.Failed failed -> {
        row.put("application", failed.name());
        row.put("state", "failed");
      }
      case Routes.Awaited _ -> {
        row.put("application", "");
        row.put("state", "awaited");
      }
    }
    row.put("host", mount.place().host().isEmpty() ? "*" : mount.place().host());
    row.put("path", mount.place().path().isEmpty() ? "/" : mount.place().path());
    row.put("rank", mount.rank());
    return row;
  }
}
