package org.yimmo.wsgi.cli.internal;

import java.util.List;

/** Rows of cells as text: the columns stand below each other. */
final class Columns {
  private Columns() {}

  /** All rows have as many cells as the first; the last one of each is as long as it is. */
  static String render(List<List<String>> rows) {
    var text = new StringBuilder();
    for (var row : rows) {
      var last = row.size() - 1;
      for (var column = 0; column < last; column++) {
        var cell = row.get(column);
        text.append(cell).repeat(' ', width(rows, column) - cell.length() + 2);
      }
      text.append(row.get(last)).append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
  }
}
