package org.yimmo.wsgi.launcher;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** The command {@code log} of the console (docs/wiring.md): the last lines, and the levels. */
final class LogCommand implements Function<List<String>, Object> {
  static final Map<String, Object> PROPERTIES =
      Map.of(
          "yimmo.command", "log",
          "yimmo.command.usage", "[LINES | --level [LOGGER [LEVEL]]]",
          "yimmo.command.description",
              "Shows the last lines of this process's log, 20 or LINES of them. With --level it"
                  + " shows the loggers that have a level of their own, or that of LOGGER, or sets"
                  + " it. The loggers of this server are named after its bundles, as in the log.",
          "yimmo.command.example", "yimmo:log --level session DEBUG");

  private static final int LINES = 20;
  private static final String OPTION = "--level";
  private static final String HOW = "write yimmo:log 50 or yimmo:log --level session DEBUG";

  private final Logging logging;

  /** A JUL logger that nobody holds forgets its level. */
  private final Map<String, Logger> held = new ConcurrentHashMap<>();

  LogCommand(Logging logging) {
    this.logging = logging;
  }

  @Override
  public Object apply(List<String> arguments) {
    if (arguments.isEmpty()) {
      return logging.recent(LINES);
    }
    if (arguments.getFirst().equals(OPTION)) {
      return level(arguments.subList(1, arguments.size()));
    }
    if (arguments.size() > 1 || !arguments.getFirst().matches("\\d{1,9}")) {
      throw new IllegalArgumentException("log takes a number of lines: " + HOW);
    }
    return logging.recent(Integer.parseInt(arguments.getFirst()));
  }

  private Object level(List<String> words) {
    return switch (words.size()) {
      case 0 -> levels();
      case 1 -> row(Logger.getLogger(fullName(words.getFirst())));
      case 2 -> {
        var logger = held.computeIfAbsent(fullName(words.getFirst()), Logger::getLogger);
        logger.setLevel(LevelNames.parse(words.getLast()));
        yield row(logger);
      }
      default -> throw new IllegalArgumentException("--level takes a logger and a level: " + HOW);
    };
  }

  private static String fullName(String name) {
    return name.isEmpty() || name.indexOf('.') >= 0 ? name : Logging.OURS + "." + name;
  }

  private static List<Map<String, Object>> levels() {
    var rows = new ArrayList<Map<String, Object>>();
    for (var name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
      var logger = LogManager.getLogManager().getLogger(name);
      if (logger != null && logger.getLevel() != null) {
        rows.add(row(logger));
      }
    }
    return rows;
  }

  /** The level is its own one or else that of its nearest parent that has one. */
  private static Map<String, Object> row(Logger logger) {
    var holder = logger;
    while (holder.getLevel() == null) {
      holder = holder.getParent();
    }
    var row = new LinkedHashMap<String, Object>();
    row.put("logger", logger.getName().isEmpty() ? "all others" : logger.getName());
    row.put("level", LevelNames.of(holder.getLevel()));
    return row;
  }
}
