package org.yimmo.wsgi.console.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * Rows as a table, whose columns are the names of their values in the order of appearance.
 *
 * <p>A table that is wider than the terminal loses the columns in which nothing stands, then has
 * its widest columns of text cut, then the headings of numbers. A text of several lines, such as a
 * stack, does not stand in the table but below its row; so do sentences in the last column of which
 * less than half would be left.
 */
final class Table {
  private static final int GAP = 2;
  private static final int LEAST_WIDTH = 8;
  private static final int LEAST_HEADING = 4;
  private static final int INDENT = 4;
  private static final Pattern SENTENCE = Pattern.compile("\\S+(\\s+\\S+){3,}");
  private static final String CUT = "…";

  private final List<Map<?, ?>> rows = new ArrayList<>();
  private final Map<String, Integer> widths = new LinkedHashMap<>();
  private final Set<String> quantities = new LinkedHashSet<>();
  private final Set<String> takenOut = new LinkedHashSet<>();

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
        ? Optional.of(text.indent(INDENT).stripTrailing())
        : Optional.empty();
  }

  private static boolean isSentence(Object value) {
    return value instanceof String text && SENTENCE.matcher(text).matches();
  }

  /**
   * @param columns how wide a line may be; 0: as long as it is
   */
  String text(int columns) {
    if (columns > 0) {
      if (excess(columns) > 0) {
        widths.keySet().removeIf(this::isEmpty);
      }
      takeOutSentences(columns);
      shrink(columns, name -> quantities.contains(name) ? Integer.MAX_VALUE : LEAST_WIDTH);
      shrink(columns, name -> quantities.contains(name) ? widestNumber(name) : Integer.MAX_VALUE);
    }
    var lines = new ArrayList<String>();
    lines.add(line(Optional.empty()));
    for (var row : rows) {
      lines.add(line(Optional.of(row)));
      row.forEach((name, value) -> {
        below(value).ifPresent(lines::add);
        if (takenOut.contains(String.valueOf(name)) && isSentence(value)) {
          lines.add(Shown.wrapped(" ".repeat(INDENT) + value, columns));
        }
      });
    }
    return String.join("\n", lines);
  }

  private void takeOutSentences(int columns) {
    var last = widths.isEmpty() ? "" : List.copyOf(widths.keySet()).getLast();
    var width = widths.getOrDefault(last, 0);
    var room = width - excess(columns);
    if (room * 2 < width
        && rows.stream().map(row -> row.get(last)).allMatch(Table::canStandBelow)) {
      widths.remove(last);
      takenOut.add(last);
    }
  }

  private static boolean canStandBelow(Object value) {
    return value == null || value.equals("") || isSentence(value);
  }

  private int excess(int columns) {
    return widths.values().stream().mapToInt(width -> width + GAP).sum() - GAP - columns;
  }

  private boolean isEmpty(String name) {
    return rows.stream()
        .map(row -> row.get(name))
        .allMatch(value -> value == null || value.equals(""));
  }

  /** Numbers are never cut: a part of one is another one. */
  private int widestNumber(String name) {
    return rows.stream()
        .mapToInt(row -> cell(name, row.get(name)).length())
        .reduce(LEAST_HEADING, Math::max);
  }

  /**
   * Makes the widest columns narrower until all fit, if they can be.
   *
   * @param least how narrow a column may become
   */
  private void shrink(int columns, ToIntFunction<String> least) {
    for (var left = excess(columns); left > 0; left--) {
      var widest =
          widths.entrySet().stream()
              .filter(entry -> entry.getValue() > least.applyAsInt(entry.getKey()))
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
