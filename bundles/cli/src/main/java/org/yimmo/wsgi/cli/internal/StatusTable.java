package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The report of a manager for people. */
final class StatusTable {
  private static final List<String> HEADINGS =
      List.of(
          "WORKER",
          "PID",
          "STATE",
          "AGE",
          "REQUESTS",
          "IN FLIGHT",
          "CONNECTIONS",
          "STUCK",
          "RSS",
          "CPU",
          "APPLICATION");

  private StatusTable() {}

  /**
   * @param report JSON, which is YAML
   */
  static String render(String report) throws IOException {
    Object loaded;
    try {
      loaded = new Load(LoadSettings.builder().build()).loadFromString(report);
    } catch (YamlEngineException e) {
      throw new IOException("the manager's report cannot be read: " + report, e);
    }
    if (!(loaded instanceof Map<?, ?> parts
        && parts.get("manager") instanceof Map<?, ?> manager
        && parts.get("workers") instanceof List<?> workers)) {
      throw new IOException("the manager's report cannot be read: " + report);
    }
    var headline =
        "manager %s %s, yimmo-wsgi %s, up %s, worker processes: %s, restarts: %s\n\n"
            .formatted(
                text(manager, "pid"),
                text(manager, "state"),
                text(manager, "version"),
                time(manager, "uptime.seconds"),
                text(manager, "processes"),
                text(manager, "restarts"));
    var rows = new ArrayList<List<String>>();
    rows.add(HEADINGS);
    for (var worker : workers) {
      rows.add(row((Map<?, ?>) worker));
    }
    return headline + Columns.render(rows);
  }

  private static List<String> row(Map<?, ?> worker) {
    return List.of(
        text(worker, "number"),
        text(worker, "pid"),
        text(worker, "state"),
        time(worker, "age.seconds"),
        text(worker, "requests"),
        text(worker, "in-flight"),
        text(worker, "connections"),
        text(worker, "stuck"),
        worker.get("rss.bytes") instanceof Number bytes ? (bytes.longValue() >> 20) + " MiB" : "-",
        worker.get("cpu.millis") instanceof Number millis
            ? String.format(Locale.ROOT, "%.1f s", millis.longValue() / 1000.0)
            : "-",
        text(worker, "application"));
  }

  private static String text(Map<?, ?> values, String key) {
    var value = values.get(key);
    return value == null || value.equals("") ? "-" : value.toString();
  }

  private static String time(Map<?, ?> values, String key) {
    if (!(values.get(key) instanceof Number number)) {
      return "-";
    }
    var seconds = number.longValue();
    if (seconds >= 86_400) {
      return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
    }
    if (seconds >= 3_600) {
      return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }
    return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
  }
}
