package org.yimmo.wsgi.cli.internal;

/**
 * Where a value came from.
 *
 * @param level of several sources the one with the first level counts
 * @param phrase for people: {@code --port on the command line}
 */
record Source(Level level, String phrase) {
  /** In the order of precedence. */
  enum Level {
    CONSOLE,
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    DEFAULT;

    boolean precedes(Level other) {
      return compareTo(other) < 0;
    }
  }

  static final Source DEFAULT = new Source(Level.DEFAULT, "default");

  static Source commandLine(String option) {
    return new Source(Level.COMMAND_LINE, option + " on the command line");
  }

  static Source console(String name) {
    return new Source(Level.CONSOLE, name + " in the console");
  }

  static Source environment(String variable) {
    return new Source(Level.ENVIRONMENT, variable + " in the environment");
  }

  static Source file(String key, Object file) {
    return new Source(Level.FILE, key + " in " + file);
  }
}
