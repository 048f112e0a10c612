package org.yimmo.wsgi.console.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows as a table, whose columns are the names of their values in the order of appearance.
 *
 * <p>A table that is wider than the terminal has its widest columns of text cut. A text of several
 * lines, such as a stack, does not stand in the table but below its row.
 */
final class Table {
  private static final int GAP = 2;
  private static final int LEAST_WIDTH = 8;
  private static final String CUT = "…";

  private final List<Map<?, ?>> rows = new ArrayList<>();
  private final Map<String, Integer> widths = new LinkedHashMap<>();
  private final Set<String> quantities = new LinkedHashSet<>();

  /**
   * @param rows maps by names; at least one
   */
  Table(List<?> rows) {
    rows.forEach(row -> this.rows.add((Map<?, ?>) row));
    this.rows.forEach(row -> row.forEach((key, value) -> measure(String.valueOf(key), value)));
    this.rows.forEach(
        row -> row.forEach((name, value) -> below(value).ifPresent(_ -> widths.remove(name))));
  }

  private void measure(String name, Object value) {
    var width = Math.max(Units.heading(name).length(), cell(name, value).length());
    widths.merge(name, width, Math::max);
    if (value instanceof Number) {
      quantities.add(name);
    }
  }

  private static String cell(String name, Object value) {
    return Units.shown(name, value).replace('\t', ' ');
  }

  /** A text of several lines, indented. */
  private static Optional<String> below(Object value) {
    return value instanceof String text && text.indexOf('\n') >= 0
        ? Optional.of(text.indent(4).stripTrailing())
        : Optional.empty();
  }

  /**
   * @param columns how wide a line may be; 0: as long as it is
   */
  String text(int columns) {
    if (columns > 0) {
      shrink(widths.values().stream().mapToInt(width -> width + GAP).sum() - GAP - columns);
    }
    var lines = new ArrayList<String>();
    lines.add(line(Optional.empty()));
    for (var row : rows) {
      lines.add(line(Optional.of(row)));
      row.values().forEach(value -> below(value).ifPresent(lines::add));
    }
    return String.join("\n", lines);
  }

  /** Numbers are never cut: a part of one is another one. */
  private void shrink(int excess) {
    for (var left = excess; left > 0; left--) {
      var widest =
          widths.entrySet().stream()
              .filter(entry -> entry.getValue() > LEAST_WIDTH)
              .filter(entry -> !quantities.contains(entry.getKey()))
              .max(Map.Entry.comparingByValue());
      if (widest.isEmpty()) {
        return;
      }
      widest.get().setValue(widest.get().getValue() - 1);
    }
  }

  /**
   * @param row empty: the headings
   */
  private String line(Optional<Map<?, ?>> row) {
    var line = new StringBuilder();
    widths.forEach((name, width) -> {
      var text = cut(row.map(it -> cell(name, it.get(name))).orElse(Units.heading(name)), width);
      var blanks = " ".repeat(width - text.length());
      line.append(line.isEmpty() ? "" : " ".repeat(GAP));
      line.append(quantities.contains(name) ? blanks + text : text + blanks);
    });
    return line.toString().stripTrailing();
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width - 1) + CUT;
  }
}
