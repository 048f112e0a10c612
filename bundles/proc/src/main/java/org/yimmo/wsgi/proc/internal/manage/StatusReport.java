package org.yimmo.wsgi.proc.internal.manage;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToLongFunction;

/** The manager and its workers, for {@code yimmo-wsgi status} and the console. */
final class StatusReport {
  private StatusReport() {}

  static Map<String, Object> of(State state, IntToLongFunction pid, long now, String version) {
    var manager = new LinkedHashMap<String, Object>();
    manager.put("pid", ProcessHandle.current().pid());
    manager.put("version", version);
    manager.put("uptime.seconds", now / 1000);
    manager.put("state", phase(state));
    manager.put("processes", state.desired());
    manager.put("restarts", state.restarts());
    var report = new LinkedHashMap<String, Object>();
    report.put("manager", manager);
    report.put(
        "workers",
        state.workers().values().stream().map(worker -> worker(worker, pid, now)).toList());
    return report;
  }

  static String json(Map<String, Object> report) {
    return object(report);
  }

  private static String phase(State state) {
    if (state.ending().isPresent()) {
      return "stopping";
    }
    if (!state.served()) {
      return "starting";
    }
    return state.reloading() ? "reloading" : "serving";
  }

  private static Map<String, Object> worker(WorkerState worker, IntToLongFunction pid, long now) {
    var gauges = worker.gauges();
    var values = new LinkedHashMap<String, Object>();
    values.put("number", worker.number());
    values.put("pid", pid.applyAsLong(worker.number()));
    values.put("state", worker.phase().name().toLowerCase(Locale.ROOT));
    values.put("age.seconds", (now - worker.startedAt()) / 1000);
    values.put("requests", gauges.requests());
    values.put("in-flight", gauges.inFlight());
    values.put("connections", gauges.connections());
    values.put("stuck", gauges.stuck());
    values.put("rss.bytes", gauges.rssBytes());
    values.put("cpu.millis", gauges.cpuMillis());
    values.put("application", gauges.application());
    return values;
  }

  private static String object(Map<?, ?> values) {
    return values.entrySet().stream()
        .map(entry -> string(String.valueOf(entry.getKey())) + ":" + value(entry.getValue()))
        .collect(joining(",", "{", "}"));
  }

  private static String value(Object value) {
    return switch (value) {
      case Number number -> number.toString();
      case Map<?, ?> map -> object(map);
      case List<?> list -> list.stream().map(StatusReport::value).collect(joining(",", "[", "]"));
      default -> string(value.toString());
    };
  }

  private static String string(String text) {
    var quoted = new StringBuilder("\"");
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
