package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is shown on standard output before the program exits with 0. */
class ShownTextTest {
  @Test
  void helpFitsAndNamesEveryOption() {
    var usage = Call.with("--help").shown();

    for (var line : usage.lines().toList()) {
      assertTrue(line.length() <= 80, line);
    }
    for (var setting : Setting.values()) {
      for (var option : setting.options().stream().limit(1).toList()) {
        assertTrue(usage.contains(" " + option), option);
      }
    }
    assertTrue(usage.contains("  -P, --port PORT  "), usage);
    assertTrue(usage.contains("[8081]"), usage);
  }

  @Test
  void helpComesAlsoWhenTheEnvironmentIsInDisorder() {
    assertTrue(Call.with("-h", "m:a").and("YIMMO_WSGI_PORT", "x").shown().startsWith("Usage: "));
  }

  @Test
  void versionIsTheOneOfTheBuild() {
    assertTrue(Call.with("--version").shown().matches("yimmo-wsgi \\d+\\.\\d+\\.\\d+\\S*\n"));
  }

  @Test
  void configTableHasValueAndSourceOfEachSetting() {
    var table =
        Call.with("--print-config", "-t", "4", "m:a").and("YIMMO_LOG_LEVEL", "info").shown();

    assertAll(
        () -> assertLine(table, "wsgi.module", "m", "MODULE:APP on the command line"),
        () -> assertLine(table, "wsgi.no_threads", "4", "--no-threads on the command line"),
        () -> assertLine(table, "log_level", "INFO", "YIMMO_LOG_LEVEL in the environment"),
        () -> assertLine(table, "server.bind", "0.0.0.0:8081", "default"),
        () -> assertLine(table, "server.access_log", "(none)", "default"));
  }

  private static void assertLine(String table, String... cells) {
    var lines = table.lines().map(line -> List.of(line.split(" {2,}", -1))).toList();

    assertTrue(lines.contains(List.of(cells)), table);
  }

  @Test
  void everyLogLevelIsFinerThanTheOneBefore() {
    var words = ((Kind.Choice) Setting.LOG_LEVEL.kind()).words();
    var values = words.stream().map(word -> LogLevel.level(word).intValue()).toList();

    assertEquals(values.stream().distinct().sorted(Comparator.reverseOrder()).toList(), values);
  }

  @Test
  void namesOfSettingsAreUnique() {
    var names =
        Arrays.stream(Setting.values())
            .flatMap(s -> Stream.of(s.options(), s.keys(), variable(s)))
            .flatMap(List::stream)
            .toList();

    assertEquals(names.stream().distinct().toList(), names);
  }

  private static List<String> variable(Setting setting) {
    return setting.variable().isEmpty() ? List.of() : List.of(setting.variable());
  }
}
