package org.yimmo.wsgi.cli.internal;

import java.util.Arrays;
import java.util.List;

/** {@code conf/yimmo-wsgi.yml}: every key, commented out, with its default. */
final class SampleFile {
  private static final String HEAD =
      """
      # Settings of yimmo-wsgi, all with their defaults. Copy this file, remove the # before the
      # settings that you want to change, and name the copy:
      #
      #     yimmo-wsgi --config yimmo-wsgi.yml
      #
      # The command line and the environment precede it; docs/settings.md tells more.
      """;

  private SampleFile() {}

  static String render() {
    var text = new StringBuilder(HEAD).append('\n');
    append(text, Setting.LOG_LEVEL, "");
    for (var section : List.of("wsgi", "server")) {
      text.append('\n').append(section).append(":\n");
      for (var setting : Setting.values()) {
        if (!setting.keys().isEmpty() && setting.keys().getFirst().matches(section + "\\.\\w+")) {
          append(text, setting, "  ");
        }
      }
      if (section.equals("wsgi")) {
        text.append("  tls:\n");
        for (var setting : Setting.values()) {
          if (!setting.keys().isEmpty() && setting.keys().getFirst().startsWith("wsgi.tls.")) {
            append(text, setting, "    ");
          }
        }
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Setting setting, String indent) {
    for (var line : UsageText.wrapped(setting.meaning(), 90)) {
      text.append(indent).append("# ").append(line).append('\n');
    }
    var key = setting.keys().getFirst();
    text.append(indent).append('#').append(key.substring(key.lastIndexOf('.') + 1)).append(": ");
    text.append(value(setting)).append('\n');
  }

  private static String value(Setting setting) {
    if (setting.byDefault().isEmpty()) {
      return setting.kind().isList() ? "[]" : "''";
    }
    return setting.byDefault();
  }

  static List<String> keysWithDefault() {
    return Arrays.stream(Setting.values())
        .filter(setting -> !setting.keys().isEmpty() && !setting.byDefault().isEmpty())
        .map(setting -> setting.keys().getFirst())
        .toList();
  }
}
