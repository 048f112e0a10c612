package org.yimmo.wsgi.cli.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant. */
final class Nearest {
  private Nearest() {}

  /** The half sentence {@code ; did you mean X?}, or empty when nothing is near. */
  static String hint(String word, Collection<String> names) {
    return of(word, names).map(name -> "; did you mean " + name + "?").orElse("");
  }

  static Optional<String> of(String word, Collection<String> names) {
    var tolerated = Math.max(2, word.length() / 4);
    return names.stream()
        .filter(name -> name.endsWith("." + word))
        .findFirst()
        .or(() ->
            names.stream()
                .filter(name -> distance(word, name) <= tolerated)
                .min(Comparator.comparingInt(name -> distance(word, name))));
  }

  /** How many letters must be added, removed or changed (Levenshtein). */
  private static int distance(String one, String other) {
    var row = new int[other.length() + 1];
    for (var j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (var i = 1; i <= one.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (var j = 1; j < row.length; j++) {
        var changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
