package org.yimmo.wsgi.context.internal;

import java.util.List;
import java.util.function.Function;
import org.yimmo.wsgi.application.Application;

/**
 * What an {@link Application} says of itself by the properties of its service; one of another type
 * than it should have is none.
 */
record ApplicationProperties(Function<String, Object> properties) {
  String name(String otherwise) {
    return text(Application.NAME, otherwise);
  }

  Routes.Place place() {
    return Routes.Place.of(text(Application.HOST, ""), text(Application.PATH, "/"));
  }

  private String text(String property, String otherwise) {
    return properties.apply(property) instanceof String text ? text : otherwise;
  }

  /** The paths by which it is warmed up, below its mount. */
  List<String> warmup() {
    return switch (properties.apply(Application.WARMUP)) {
      case String[] paths -> List.of(paths);
      case String path -> List.of(path);
      case null, default -> List.of();
    };
  }
}
