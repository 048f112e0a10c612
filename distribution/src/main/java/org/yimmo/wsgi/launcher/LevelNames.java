package org.yimmo.wsgi.launcher;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;

/** The names of {@code --log-level} and what they are in java.util.logging. */
final class LevelNames {
  private static final Level FATAL = Level.parse(Integer.toString(Level.SEVERE.intValue() + 100));

  private static final Map<String, Level> LEVELS =
      Map.of(
          "FATAL", FATAL,
          "ERROR", Level.SEVERE,
          "WARNING", Level.WARNING,
          "NOTICE", Level.INFO,
          "INFO", Level.CONFIG,
          "DEBUG", Level.FINE,
          "TRACE", Level.FINER);

  private LevelNames() {}

  /** The name of a level, or of the one that it is nearest to from below. */
  static String of(Level level) {
    var value = level.intValue();
    if (value > Level.SEVERE.intValue()) {
      return "FATAL";
    } else if (value > Level.WARNING.intValue()) {
      return "ERROR";
    } else if (value > Level.INFO.intValue()) {
      return "WARNING";
    } else if (value > Level.CONFIG.intValue()) {
      return "NOTICE";
    } else if (value > Level.FINE.intValue()) {
      return "INFO";
    } else if (value > Level.FINER.intValue()) {
      return "DEBUG";
    }
    return "TRACE";
  }

  /**
   * @throws IllegalArgumentException there is no such name; the message lists them
   */
  static Level parse(String name) {
    var level = LEVELS.get(name.toUpperCase(Locale.ROOT));
    if (level == null) {
      throw new IllegalArgumentException(
          "\"%s\" is no level: choose one of %s"
              .formatted(name, String.join(", ", new TreeMap<>(LEVELS).keySet())));
    }
    return level;
  }
}
