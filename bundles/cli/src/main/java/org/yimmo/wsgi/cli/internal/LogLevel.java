package org.yimmo.wsgi.cli.internal;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The levels of {@code --log-level} in terms of java.util.logging. */
final class LogLevel {
  // A JUL logger that nobody holds forgets its level.
  private static final Logger OURS = Logger.getLogger("org.yimmo.wsgi");

  private LogLevel() {}

  static void set(String name) {
    OURS.setLevel(level(name));
  }

  static Level level(String name) {
    return switch (name) {
      case "FATAL" -> Level.parse(Integer.toString(Level.SEVERE.intValue() + 100));
      case "ERROR" -> Level.SEVERE;
      case "WARNING" -> Level.WARNING;
      case "NOTICE" -> Level.INFO;
      case "INFO" -> Level.CONFIG;
      case "DEBUG" -> Level.FINE;
      case "TRACE" -> Level.FINER;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
