package org.yimmo.wsgi.console.internal;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of values end with their unit, as in {@code age.seconds}: for people it is written out. */
final class Units {
  private static final List<String> UNITS = List.of("bytes", "seconds", "millis", "micros");

  private Units() {}

  /** The heading for values of this name: without the unit, in capitals. */
  static String heading(String name) {
    return unit(name)
        .map(unit -> name.substring(0, name.length() - unit.length() - 1))
        .orElse(name)
        .replace('.', ' ')
        .replace('-', ' ')
        .toUpperCase(Locale.ROOT);
  }

  /** The value with its unit. */
  static String shown(String name, Object value) {
    if (value == null || value.equals("")) {
      return "-";
    }
    if (value instanceof Number number && unit(name).isPresent()) {
      return switch (unit(name).get()) {
        case "bytes" -> bytes(number.longValue());
        case "seconds" -> seconds(number.longValue());
        case "millis" -> small(number.doubleValue() * 1e3);
        default -> small(number.doubleValue());
      };
    }
    if (value instanceof Boolean flag) {
      return flag ? "yes" : "no";
    }
    return value.toString();
  }

  private static Optional<String> unit(String name) {
    return UNITS.stream().filter(unit -> name.endsWith("." + unit)).findFirst();
  }

  private static String bytes(long bytes) {
    var number = (double) bytes;
    for (var unit : List.of("B", "KiB", "MiB", "GiB")) {
      if (number < 1024 || unit.equals("GiB")) {
        return unit.equals("B") ? bytes + " B" : decimal(number) + " " + unit;
      }
      number /= 1024;
    }
    throw new AssertionError(bytes);
  }

  private static String seconds(long seconds) {
    if (seconds >= 86_400) {
      return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
    }
    if (seconds >= 3_600) {
      return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }
    return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
  }

  private static String small(double micros) {
    if (micros >= 60e6) {
      return seconds(Math.round(micros / 1e6));
    }
    if (micros >= 1e6) {
      return decimal(micros / 1e6) + " s";
    }
    return micros >= 1e3 ? decimal(micros / 1e3) + " ms" : Math.round(micros) + " µs";
  }

  /** Three digits say enough. */
  private static String decimal(double number) {
    return String.format(Locale.ROOT, number < 10 ? "%.1f" : "%.0f", number);
  }
}
