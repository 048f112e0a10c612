package org.yimmo.wsgi.console.internal;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a command gave, for people: a list of maps is a table, a map a list of names and values, any
 * other list its lines.
 */
final class Shown {
  private Shown() {}

  /** Whether this is something that commands give. */
  static boolean fits(Object value) {
    return switch (value) {
      case Map<?, ?> map -> map.keySet().stream().allMatch(String.class::isInstance);
      case List<?> list -> list.stream().allMatch(row -> row instanceof String || isRow(row));
      default -> false;
    };
  }

  private static boolean isRow(Object row) {
    return row instanceof Map && fits(row);
  }

  /**
   * @param value something that {@link #fits}
   * @param columns how wide a line may be; 0: as long as it is
   */
  static String of(Object value, int columns) {
    return switch (value) {
      case Map<?, ?> map -> sheet(map, columns);
      case List<?> list when list.isEmpty() -> "none";
      case List<?> list when list.getFirst() instanceof Map -> new Table(list).text(columns);
      case List<?> list ->
          list.stream().map(line -> wrapped(String.valueOf(line), columns)).collect(joining("\n"));
      default -> value.toString();
    };
  }

  /** At blanks; what follows is indented as the line is. */
  static String wrapped(String line, int columns) {
    var indent = " ".repeat(line.length() - line.stripLeading().length());
    var lines = new ArrayList<String>();
    var rest = line;
    while (columns > 0 && rest.length() > columns) {
      var end = rest.lastIndexOf(' ', columns);
      if (end <= indent.length()) {
        break;
      }
      lines.add(rest.substring(0, end));
      rest = indent + rest.substring(end + 1);
    }
    lines.add(rest);
    return String.join("\n", lines);
  }

  private static String sheet(Map<?, ?> map, int columns) {
    var simple = new LinkedHashMap<String, String>();
    var parts = new ArrayList<String>();
    map.forEach((key, value) -> {
      var name = String.valueOf(key);
      var heading = Units.heading(name);
      if (value instanceof Map || value instanceof List) {
        parts.add(heading + "\n" + of(value, columns));
      } else {
        simple.put(heading.toLowerCase(Locale.ROOT), Units.shown(name, value));
      }
    });
    var width = simple.keySet().stream().mapToInt(String::length).max().orElse(0);
    if (!simple.isEmpty()) {
      parts.addFirst(
          simple.entrySet().stream()
              .map(entry -> entry.getKey() + gap(entry.getKey(), width) + entry.getValue())
              .collect(joining("\n")));
    }
    return String.join("\n\n", parts);
  }

  private static String gap(String name, int width) {
    return " ".repeat(width - name.length() + 2);
  }
}
