package org.yimmo.wsgi.cli.internal;

import java.util.ArrayList;
import java.util.List;

/** What {@code --help} shows: the table, 80 columns wide. */
final class UsageText {
  private static final int WIDTH = 80;
  private static final int MEANING_COLUMN = 30;

  private static final String HEAD =
      """
      Usage: yimmo-wsgi [OPTIONS] [MODULE[:APP]]
             yimmo-wsgi status [--json] [--pid-file FILE | PID]
             yimmo-wsgi console [--pid PID] [--worker N] [COMMAND...]
             yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]

      Serves the WSGI application APP of the Python module MODULE over HTTP. APP is an
      attribute of the module, or an expression that is evaluated in it, as in
      'factory:create_app("my.cfg")'; MODULE alone means MODULE:application.
      Without MODULE what was dropped into the directory deploy is served, or else a
      bundled example.

      status shows the manager that is running and its worker processes, or the
      process without one; of several the pid tells which. console runs a command in a
      running process, or reads commands; help lists them. bundle makes a jar of an
      application, for the deploy folder of any server (docs/deploying.md). Modules of
      these names are served as status:APP and so on.
      """;

  private static final String FOOT =
      """

      Most settings can also come from the environment (YIMMO_WSGI_PORT) or from a
      file; the command line precedes the environment, which precedes the file:
      docs/settings.md names them all.

      Exit statuses: 0 clean, 2 usage or configuration, 3 cannot listen, 4 application
      cannot be loaded, 5 Python unusable, 70 internal fault.
      """;

  private UsageText() {}

  static String render() {
    var text = new StringBuilder(HEAD);
    for (var group : Setting.Group.values()) {
      text.append('\n').append(group.heading()).append(":\n");
      for (var setting : group.settings()) {
        if (!setting.options().isEmpty()) {
          append(text, setting);
        }
      }
    }
    return text.append(FOOT).toString();
  }

  private static void append(StringBuilder text, Setting setting) {
    var meaning = new StringBuilder(setting.meaning());
    if (!setting.byDefault().isEmpty()) {
      meaning.append(" [").append(setting.byDefault()).append(']');
    }
    var lines = wrapped(meaning.toString(), WIDTH - MEANING_COLUMN);
    var options = options(setting);
    text.append(options);
    if (options.length() + 2 > MEANING_COLUMN) {
      text.append('\n').repeat(' ', MEANING_COLUMN);
    } else {
      text.repeat(' ', MEANING_COLUMN - options.length());
    }
    text.append(String.join("\n" + " ".repeat(MEANING_COLUMN), lines)).append('\n');
  }

  /** Short options stand in a column of their own. */
  private static String options(Setting setting) {
    var first = setting.options().getFirst();
    var names =
        first.startsWith("--") ? "      " + first : "  " + first + ", " + setting.options().get(1);
    return setting.kind().takesValue() ? names + " " + setting.kind().label() : names;
  }

  static List<String> wrapped(String text, int width) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (var word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
