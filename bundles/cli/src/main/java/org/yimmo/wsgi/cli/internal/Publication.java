package org.yimmo.wsgi.cli.internal;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings as the configurations of docs/wiring.md: properties by PID. */
final class Publication {
  private static final String PID = "org.yimmo.wsgi.";
  private static final int VERSIONS_KEPT = 5;

  private Publication() {}

  /** A component whose PID is missing does not exist: {@code --check} serves nothing. */
  static Map<String, Map<String, Object>> of(Settings settings, Role role, Invocation invocation) {
    var pids = new LinkedHashMap<String, Map<String, Object>>();
    pids.put(PID + "proc", proc(settings, role, invocation));
    switch (role) {
      case Role.Manager _ -> {
        if (settings.given(Setting.DEPLOY)) {
          pids.put(PID + "deploy", deployments(settings.text(Setting.DEPLOY)));
        }
      }
      case Role.Check _ -> pids.put(PID + "mod", mod(settings, invocation));
      case Role.Alone _, Role.Worker _ -> {
        pids.put(PID + "mod", mod(settings, invocation));
        pids.put(PID + "context", context(settings));
        pids.put(PID + "worker", worker(settings));
        pids.put(PID + "server", server(settings, role));
        if (role instanceof Role.Worker worker && !worker.generation().isEmpty()) {
          pids.put(PID + "deploy", Map.of("role", "worker", "generation", worker.generation()));
        }
      }
    }
    return pids;
  }

  /** The process ends when the jar is made, or when it cannot be: that is a check, too. */
  static Map<String, Map<String, Object>> of(BundleCommand command) {
    return Map.of(PID + "proc", Map.of("role", "check"), PID + "deploy", command.properties());
  }

  private static Map<String, Object> proc(Settings settings, Role role, Invocation invocation) {
    return switch (role) {
      case Role.Check _ -> Map.of("role", "check");
      case Role.Alone _ -> Map.of("role", "worker", "pid.file", settings.text(Setting.PID_FILE));
      case Role.Worker(var folder, var number, _, _) ->
          Map.of("role", "worker", "manager.folder", folder, "worker.number", number);
      case Role.Manager _ -> manager(settings, invocation);
    };
  }

  private static Map<String, Object> manager(Settings settings, Invocation invocation) {
    return Map.ofEntries(
        Map.entry("role", "manager"),
        Map.entry("version", ProgramVersion.text()),
        Map.entry("processes", whole(settings, Setting.NO_PROC)),
        Map.entry("deploy", settings.given(Setting.DEPLOY)),
        Map.entry("bind", array(settings.list(Setting.BIND))),
        Map.entry("command", array(commandLine(invocation))),
        Map.entry("grace.period.millis", settings.millis(Setting.GRACE_PERIOD)),
        Map.entry("boot.timeout.millis", settings.millis(Setting.BOOT_TIMEOUT)),
        Map.entry("silence.timeout.millis", settings.millis(Setting.SILENCE_TIMEOUT)),
        Map.entry("warmup", array(settings.list(Setting.WARMUP))),
        Map.entry("max.requests", settings.number(Setting.MAX_REQUESTS)),
        Map.entry("max.requests.jitter", settings.number(Setting.MAX_REQUESTS_JITTER)),
        Map.entry("max.worker.age.millis", settings.millis(Setting.MAX_WORKER_AGE)),
        Map.entry("max.worker.memory.bytes", settings.number(Setting.MAX_WORKER_MEMORY)),
        Map.entry("pid.file", settings.text(Setting.PID_FILE)));
  }

  /** The releases are kept beside the drops, where both are found and backed up together. */
  private static Map<String, Object> deployments(String folder) {
    return Map.of(
        "role",
        "manager",
        "folder",
        folder,
        "store",
        folder + "/.yimmo",
        "versions.kept",
        VERSIONS_KEPT);
  }

  private static List<String> bind(Settings settings, Role role) {
    return role instanceof Role.Worker(var folder, _, _, _)
        ? List.of("manager:" + folder + "/sockets")
        : settings.list(Setting.BIND);
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
        "argv", array(commandLine(invocation)),
        "bundled.python", Files.isDirectory(bundledPython) ? bundledPython.toString() : "");
  }

  /** The command that was typed: {@code sys.argv}, as under other servers, and what workers run. */
  private static List<String> commandLine(Invocation invocation) {
    var words = new ArrayList<String>();
    words.add(invocation.home().resolve("bin/yimmo-wsgi").toString());
    words.addAll(invocation.arguments());
    return words;
  }

  private static Map<String, Object> context(Settings settings) {
    return Map.of(
        "multithread",
        settings.number(Setting.NO_THREADS) > 1,
        "multiprocess",
        settings.number(Setting.NO_PROC) > 1,
        "may.be.empty",
        settings.given(Setting.DEPLOY),
        "secure",
        !settings.list(Setting.CERT).isEmpty(),
        "warmup.timeout.millis",
        settings.millis(Setting.BOOT_TIMEOUT),
        "grace.period.millis",
        settings.millis(Setting.GRACE_PERIOD));
  }

  private static Map<String, Object> worker(Settings settings) {
    return Map.of(
        "threads", whole(settings, Setting.NO_THREADS),
        "queue.capacity", whole(settings, Setting.QUEUE_CAPACITY),
        "timeout.millis", settings.millis(Setting.TIMEOUT),
        "grace.period.millis", settings.millis(Setting.GRACE_PERIOD));
  }

  private static Map<String, Object> server(Settings settings, Role role) {
    return Map.ofEntries(
        Map.entry("bind", array(bind(settings, role))),
        Map.entry("hold", role instanceof Role.Worker worker && worker.held()),
        Map.entry("warmup", array(settings.list(Setting.WARMUP))),
        Map.entry("warmup.timeout.millis", settings.millis(Setting.BOOT_TIMEOUT)),
        Map.entry("forwarded.allow.ips", array(settings.list(Setting.FORWARDED_ALLOW_IPS))),
        Map.entry("http2", !settings.flag(Setting.NO_HTTP2)),
        Map.entry(
            "http2.max.concurrent.streams", whole(settings, Setting.HTTP2_MAX_CONCURRENT_STREAMS)),
        Map.entry("proxy.protocol", settings.flag(Setting.PROXY_PROTOCOL)),
        Map.entry("tls.cert", array(settings.list(Setting.CERT))),
        Map.entry("tls.key", array(settings.list(Setting.KEY))),
        Map.entry("tls.key.password", settings.text(Setting.KEY_PASSWORD)),
        Map.entry("tls.ca.certs", settings.text(Setting.CA_CERTS)),
        Map.entry("tls.cert.reqs", settings.text(Setting.CERT_REQS)),
        Map.entry("tls.ciphers", settings.text(Setting.CIPHERS)),
        Map.entry("tls.provider", settings.text(Setting.TLS_PROVIDER)),
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
