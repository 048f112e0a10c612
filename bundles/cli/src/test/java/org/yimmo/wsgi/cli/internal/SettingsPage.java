package org.yimmo.wsgi.cli.internal;

import java.util.List;
import java.util.stream.Collectors;

/** {@code docs/settings.md}, as the table has it. */
final class SettingsPage {
  private static final String HEAD =
      """
      # Settings

      Each setting can be given on the command line, in the environment or in a file (YAML, named
      by `--config`). The command line precedes the environment, which precedes the file, which
      precedes the default; `yimmo-wsgi --print-config` shows every value and where it came from.
      A wrong value, an unknown option or an unknown key ends the program with exit status 2
      before anything is started.

      This page is made from the table in the code (`Setting`); a test holds the two together.
      """;

  private static final String FOOT =
      """

      ## Notes

      - A key such as `wsgi.port` stands for `port:` below `wsgi:`; `conf/yimmo-wsgi.yml` is a sample
        with all of them.
      - Relative paths are relative to the directory in which the program was started.
      - `MODULE:APP` on the command line gives `wsgi.module` and `wsgi.app` at once; so may
        `YIMMO_WSGI_MODULE` and `wsgi.module`.
      - `--bind` wins over `--port` where both come from the same source. A port from a higher
        source than the address replaces the port and leaves the host.
      - `YIMMO_JAVA_OPTS` holds further options for the JVM, `JAVA_HOME` the Java to use. The heap is small,
        16 to 256 MB, and with it the part for new objects: a Java application that allocates much is faster
        with `-Xms96m -Xmn64m`, say ([0017](decisions/0017-memory.md)).

      ## Exit statuses

      | status | meaning |
      |---|---|
      | 0 | clean |
      | 2 | usage or configuration |
      | 3 | cannot listen |
      | 4 | the application cannot be loaded |
      | 5 | Python cannot be used |
      | 70 | internal fault |
      """;

  private SettingsPage() {}

  static String render() {
    var page = new StringBuilder(HEAD);
    for (var group : Setting.Group.values()) {
      page.append("\n## ").append(group.heading()).append("\n\n");
      page.append("| option | environment | file | default | meaning |\n|---|---|---|---|---|\n");
      for (var setting : group.settings()) {
        page.append(row(setting)).append('\n');
      }
    }
    return page.append(FOOT).toString();
  }

  private static String row(Setting setting) {
    var cells =
        List.of(
            options(setting),
            code(setting.variable()),
            setting.keys().stream().map(SettingsPage::code).collect(Collectors.joining(", ")),
            code(setting.byDefault()),
            setting.meaning());
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String options(Setting setting) {
    if (setting == Setting.MODULE || setting == Setting.APP) {
      return code("MODULE:APP");
    }
    if (setting.options().isEmpty()) {
      return "";
    }
    var label = setting.kind().takesValue() ? " " + setting.kind().label() : "";
    return setting.options().stream().map(SettingsPage::code).collect(Collectors.joining(", "))
        + label;
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }
}
