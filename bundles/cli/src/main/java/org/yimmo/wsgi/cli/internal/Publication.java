package org.yimmo.wsgi.cli.internal;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings as the configurations of docs/wiring.md: properties by PID. */
final class Publication {
  private static final String PID = "org.yimmo.wsgi.";

  private Publication() {}

  /** A component whose PID is missing does not exist: {@code --check} serves nothing. */
  static Map<String, Map<String, Object>> of(Settings settings, Invocation invocation) {
    var check = settings.flag(Setting.CHECK);
    var pids = new LinkedHashMap<String, Map<String, Object>>();
    pids.put(PID + "proc", Map.of("role", check ? "check" : "worker"));
    pids.put(PID + "mod", mod(settings, invocation));
    if (!check) {
      pids.put(PID + "context", context(settings));
      pids.put(PID + "worker", worker(settings));
      pids.put(PID + "server", server(settings));
    }
    return pids;
  }

  private static Map<String, Object> mod(Settings settings, Invocation invocation) {
    // A file of the user's that has the name of the bundled example must not take its place.
    var directory =
        settings.servesBundledExample()
            ? invocation.home().resolve("apps").toString()
            : settings.text(Setting.CHDIR);
    var bundledPython = invocation.home().resolve("lib/python");
    return Map.of(
        "module", settings.text(Setting.MODULE),
        "app", settings.text(Setting.APP),
        "python", settings.text(Setting.PYTHON),
        "virtual.env", settings.text(Setting.VIRTUAL_ENV),
        "chdir", directory,
        "pythonpath", array(settings.list(Setting.PYTHONPATH)),
        "argv", array(argv(invocation)),
        "bundled.python", Files.isDirectory(bundledPython) ? bundledPython.toString() : "");
  }

  /** As under other servers: the command that was typed. */
  private static List<String> argv(Invocation invocation) {
    var argv = new ArrayList<String>();
    argv.add(invocation.home().resolve("bin/yimmo-wsgi").toString());
    argv.addAll(invocation.arguments());
    return argv;
  }

  private static Map<String, Object> context(Settings settings) {
    return Map.of(
        "multithread", settings.number(Setting.NO_THREADS) > 1,
        "multiprocess", settings.number(Setting.NO_PROC) > 1);
  }

  private static Map<String, Object> worker(Settings settings) {
    return Map.of(
        "threads", whole(settings, Setting.NO_THREADS),
        "queue.capacity", whole(settings, Setting.QUEUE_CAPACITY),
        "grace.period.millis", settings.millis(Setting.GRACE_PERIOD));
  }

  private static Map<String, Object> server(Settings settings) {
    return Map.ofEntries(
        Map.entry("bind", array(settings.list(Setting.BIND))),
        Map.entry("tls.cert", settings.text(Setting.CERT)),
        Map.entry("tls.key", settings.text(Setting.KEY)),
        Map.entry("idle.timeout.millis", settings.millis(Setting.IDLE_TIMEOUT)),
        Map.entry("header.timeout.millis", settings.millis(Setting.HEADER_TIMEOUT)),
        Map.entry("body.timeout.millis", settings.millis(Setting.BODY_TIMEOUT)),
        Map.entry("write.timeout.millis", settings.millis(Setting.WRITE_TIMEOUT)),
        Map.entry("grace.period.millis", settings.millis(Setting.GRACE_PERIOD)),
        Map.entry("max.line.bytes", whole(settings, Setting.MAX_LINE_BYTES)),
        Map.entry("max.fields.bytes", whole(settings, Setting.MAX_FIELDS_BYTES)),
        Map.entry("max.body.bytes", settings.number(Setting.MAX_BODY_BYTES)),
        Map.entry("body.memory.bytes", whole(settings, Setting.BODY_MEMORY_BYTES)),
        Map.entry("max.connections", whole(settings, Setting.MAX_CONNECTIONS)),
        Map.entry("transport", settings.text(Setting.TRANSPORT)),
        Map.entry("access.log", settings.text(Setting.ACCESS_LOG)),
        Map.entry("access.log.format", settings.text(Setting.ACCESS_LOG_FORMAT)));
  }

  private static int whole(Settings settings, Setting setting) {
    return Math.toIntExact(settings.number(setting));
  }

  private static String[] array(List<String> texts) {
    return texts.toArray(String[]::new);
  }
}
