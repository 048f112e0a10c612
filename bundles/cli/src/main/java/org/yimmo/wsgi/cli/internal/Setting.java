package org.yimmo.wsgi.cli.internal;

import static org.yimmo.wsgi.cli.internal.Setting.Group.APPLICATION;
import static org.yimmo.wsgi.cli.internal.Setting.Group.COMMANDS;
import static org.yimmo.wsgi.cli.internal.Setting.Group.LIMITS;
import static org.yimmo.wsgi.cli.internal.Setting.Group.LISTENING;
import static org.yimmo.wsgi.cli.internal.Setting.Group.LOGGING;
import static org.yimmo.wsgi.cli.internal.Setting.Group.PROCESSES;
import static org.yimmo.wsgi.cli.internal.Setting.Group.TIMEOUTS;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.yimmo.wsgi.cli.internal.Kind.Address;
import org.yimmo.wsgi.cli.internal.Kind.Choice;
import org.yimmo.wsgi.cli.internal.Kind.Directory;
import org.yimmo.wsgi.cli.internal.Kind.Flag;
import org.yimmo.wsgi.cli.internal.Kind.InputFile;
import org.yimmo.wsgi.cli.internal.Kind.InputFiles;
import org.yimmo.wsgi.cli.internal.Kind.Networks;
import org.yimmo.wsgi.cli.internal.Kind.NewDirectory;
import org.yimmo.wsgi.cli.internal.Kind.NewFile;
import org.yimmo.wsgi.cli.internal.Kind.OutputFile;
import org.yimmo.wsgi.cli.internal.Kind.Program;
import org.yimmo.wsgi.cli.internal.Kind.SearchPath;
import org.yimmo.wsgi.cli.internal.Kind.Seconds;
import org.yimmo.wsgi.cli.internal.Kind.Size;
import org.yimmo.wsgi.cli.internal.Kind.Switch;
import org.yimmo.wsgi.cli.internal.Kind.Targets;
import org.yimmo.wsgi.cli.internal.Kind.Text;
import org.yimmo.wsgi.cli.internal.Kind.Whole;

/**
 * The table of all settings: the one source of what is parsed, of the usage text, of {@code
 * docs/settings.md} and of the sample file {@code conf/yimmo-wsgi.yml}.
 *
 * <p>The columns: group, options, environment variable, keys in the file, kind of value, default,
 * meaning. Of several options or keys the first is the one that is shown.
 */
@SuppressWarnings("Immutable") // the lists are copies nobody can change, the kinds are records
enum Setting {
  MODULE(
      APPLICATION,
      "",
      "YIMMO_WSGI_MODULE",
      "wsgi.module",
      new Text("MODULE"),
      "",
      "the Python module of the application; MODULE:APP names both"),
  APP(
      APPLICATION,
      "",
      "YIMMO_WSGI_APP",
      "wsgi.app",
      new Text("APP"),
      "application",
      "the application: an attribute of the module, or an expression evaluated in it"),
  DEPLOY(
      APPLICATION,
      "--deploy",
      "YIMMO_WSGI_DEPLOY",
      "wsgi.deploy",
      new NewDirectory(),
      "",
      "serve what is dropped into this directory, beside MODULE if that is given; without MODULE"
          + " the directory deploy of the distribution, if something is in it"),
  CHDIR(
      APPLICATION,
      "--chdir",
      "YIMMO_WSGI_CHDIR",
      "wsgi.chdir",
      new Directory(),
      ".",
      "change to this directory; modules are looked up there first"),
  PYTHONPATH(
      APPLICATION,
      "--pythonpath",
      "YIMMO_WSGI_PYTHONPATH",
      "wsgi.pythonpath",
      new SearchPath(),
      "",
      "further directories for modules, separated by commas or colons"),
  PYTHON(
      APPLICATION,
      "--python",
      "YIMMO_WSGI_PYTHON",
      "wsgi.python",
      new Program(),
      "",
      "interpreter or virtual environment to use; without it: the active virtual environment, then"
          + " python3 on PATH, then the bundled CPython"),
  VIRTUAL_ENV(
      APPLICATION,
      "",
      "VIRTUAL_ENV",
      "",
      new Text("DIR"),
      "",
      "the active virtual environment, as its activate script sets it"),

  PORT(
      LISTENING,
      "-P --port",
      "YIMMO_WSGI_PORT",
      "wsgi.port",
      new Whole("PORT", 0, 65535),
      "8081",
      "listen on this port of all IPv4 addresses; 0: any free port"),
  BIND(
      LISTENING,
      "-b --bind",
      "YIMMO_SERVER_BIND",
      "server.bind",
      new Address(),
      "",
      "listen on HOST:PORT, [IPV6]:PORT or unix:PATH instead; may be given several times"),
  CERT(
      LISTENING,
      "--certfile",
      "YIMMO_TLS_CERT_PATH",
      "wsgi.tls.cert tls.cert",
      new InputFiles(),
      "",
      "serve HTTPS with this certificate chain (PEM); several, for several names, are separated by"
          + " commas"),
  KEY(
      LISTENING,
      "--keyfile",
      "YIMMO_TLS_KEY_PATH",
      "wsgi.tls.key tls.key",
      new InputFiles(),
      "",
      "the private key of the certificate (PEM); of several, in the same order"),
  KEY_PASSWORD(
      LISTENING,
      "--key-password-file",
      "YIMMO_TLS_KEY_PASSWORD_PATH",
      "wsgi.tls.key_password tls.key_password",
      new InputFile(),
      "",
      "the first line of this file is the password of encrypted private keys"),
  CA_CERTS(
      LISTENING,
      "--ca-certs",
      "YIMMO_TLS_CA_CERTS_PATH",
      "wsgi.tls.ca_certs tls.ca_certs",
      new InputFile(),
      "",
      "certificates of clients must be issued by one of these authorities (PEM)"),
  CERT_REQS(
      LISTENING,
      "--cert-reqs",
      "YIMMO_TLS_CERT_REQS",
      "wsgi.tls.cert_reqs tls.cert_reqs",
      new Choice("WORD", List.of("none", "optional", "required")),
      "none",
      "whether clients show certificates: none, optional or required"),
  CIPHERS(
      LISTENING,
      "--ciphers",
      "YIMMO_TLS_CIPHERS",
      "wsgi.tls.ciphers tls.ciphers",
      new Text("NAMES"),
      "",
      "the cipher suites, by their names of OpenSSL or IANA, separated by colons; without it those"
          + " with forward secrecy and authenticated encryption"),
  TLS_PROVIDER(
      LISTENING,
      "--tls-provider",
      "YIMMO_TLS_PROVIDER",
      "wsgi.tls.provider tls.provider",
      new Choice("NAME", List.of("auto", "openssl", "jdk")),
      "auto",
      "who does TLS: openssl (the BoringSSL of the distribution), jdk, or auto: the first that can"),
  NO_HTTP2(
      LISTENING,
      "--no-http2",
      "YIMMO_SERVER_NO_HTTP2",
      "server.no_http2",
      new Switch(),
      "false",
      "serve HTTP/1 only; without it clients may choose HTTP/2, under TLS (ALPN) and with prior"
          + " knowledge"),
  HTTP2_MAX_CONCURRENT_STREAMS(
      LISTENING,
      "--http2-max-concurrent-streams",
      "YIMMO_SERVER_HTTP2_MAX_CONCURRENT_STREAMS",
      "server.http2_max_concurrent_streams",
      new Whole("N", 1, 1_000_000),
      "100",
      "serve so many requests of one HTTP/2 connection at a time; more are refused"),
  FORWARDED_ALLOW_IPS(
      LISTENING,
      "--forwarded-allow-ips",
      "YIMMO_SERVER_FORWARDED_ALLOW_IPS",
      "server.forwarded_allow_ips",
      new Networks(),
      "127.0.0.1,::1",
      "believe these proxies what Forwarded and X-Forwarded-* say: addresses, networks, or * for"
          + " all; from others the fields are removed"),
  PROXY_PROTOCOL(
      LISTENING,
      "--proxy-protocol",
      "YIMMO_SERVER_PROXY_PROTOCOL",
      "server.proxy_protocol",
      new Switch(),
      "false",
      "these proxies begin each connection with the header of the PROXY protocol, version 1 or 2"),
  MAX_CONNECTIONS(
      LISTENING,
      "--max-connections",
      "YIMMO_SERVER_MAX_CONNECTIONS",
      "server.max_connections",
      new Whole("N", 1, 1_000_000),
      "10000",
      "accept no more connections than this at a time"),
  TRANSPORT(
      LISTENING,
      "--transport",
      "YIMMO_SERVER_TRANSPORT",
      "server.transport",
      new Choice("NAME", List.of("auto", "native", "nio")),
      "auto",
      "auto, native (epoll) or nio (portable)"),

  NO_PROC(
      PROCESSES,
      "-p --no-proc -w --workers",
      "YIMMO_WSGI_NO_PROC",
      "wsgi.no_proc",
      new Whole("N", 1, 1024),
      "1",
      "number of worker processes"),
  NO_THREADS(
      PROCESSES,
      "-t --no-threads --threads",
      "YIMMO_WSGI_NO_THREADS",
      "wsgi.no_threads",
      new Whole("N", 1, 1024),
      "1",
      "number of worker threads in each process"),
  QUEUE_CAPACITY(
      PROCESSES,
      "--queue-capacity",
      "YIMMO_WSGI_QUEUE_CAPACITY",
      "wsgi.queue_capacity",
      new Whole("N", 1, 1_000_000),
      "1024",
      "requests that may wait for one thread; more are answered 503"),
  WARMUP(
      PROCESSES,
      "--warmup",
      "YIMMO_WSGI_WARMUP",
      "wsgi.warmup",
      new Targets(),
      "",
      "GET this from the application before the port is opened; 2xx or 3xx is success; may be given"
          + " several times"),
  MAX_REQUESTS(
      PROCESSES,
      "--max-requests",
      "YIMMO_WSGI_MAX_REQUESTS",
      "wsgi.max_requests",
      new Whole("N", 0, Long.MAX_VALUE),
      "0",
      "replace a worker process after this many requests; 0: never"),
  MAX_REQUESTS_JITTER(
      PROCESSES,
      "--max-requests-jitter",
      "YIMMO_WSGI_MAX_REQUESTS_JITTER",
      "wsgi.max_requests_jitter",
      new Whole("N", 0, Integer.MAX_VALUE),
      "0",
      "a random number up to this is added to the requests of each process"),
  MAX_WORKER_AGE(
      PROCESSES,
      "--max-worker-age",
      "YIMMO_WSGI_MAX_WORKER_AGE",
      "wsgi.max_worker_age",
      Seconds.fromZeroToDays(3650),
      "0",
      "replace a worker process that has served for this many seconds; 0: never"),
  MAX_WORKER_MEMORY(
      PROCESSES,
      "--max-worker-memory",
      "YIMMO_WSGI_MAX_WORKER_MEMORY",
      "wsgi.max_worker_memory",
      new Size(0, Long.MAX_VALUE),
      "0",
      "replace a worker process whose resident memory is larger, as in 512m; 0: never"),
  PID_FILE(
      PROCESSES,
      "--pid --pid-file",
      "YIMMO_WSGI_PID_FILE",
      "wsgi.pid_file",
      new NewFile(),
      "",
      "write the process id to this file: that of the manager, if there is one"),

  TIMEOUT(
      TIMEOUTS,
      "--timeout",
      "YIMMO_WSGI_TIMEOUT",
      "wsgi.timeout",
      Seconds.fromZero(),
      "0",
      "for a request inside the application: its stack is logged, then it is interrupted; 0: no"
          + " limit"),
  BOOT_TIMEOUT(
      TIMEOUTS,
      "--boot-timeout",
      "YIMMO_WSGI_BOOT_TIMEOUT",
      "wsgi.boot_timeout",
      Seconds.positive(),
      "60",
      "for a worker process to become ready, and for each request of the warm-up"),
  SILENCE_TIMEOUT(
      TIMEOUTS,
      "--silence-timeout",
      "YIMMO_WSGI_SILENCE_TIMEOUT",
      "wsgi.silence_timeout",
      // A worker that is well and idle gives a sign of life every three seconds.
      Seconds.atLeast(Duration.ofSeconds(5)),
      "10",
      "for a worker process under a manager: one that gives no sign of life for so long, however"
          + " long its requests take, is killed and replaced"),
  IDLE_TIMEOUT(
      TIMEOUTS,
      "--idle-timeout --keep-alive",
      "YIMMO_SERVER_IDLE_TIMEOUT",
      "server.idle_timeout",
      Seconds.positive(),
      "5",
      "close a persistent connection that is idle for this long"),
  HEADER_TIMEOUT(
      TIMEOUTS,
      "--header-timeout",
      "YIMMO_SERVER_HEADER_TIMEOUT",
      "server.header_timeout",
      Seconds.positive(),
      "10",
      "for the head of a request, from its first octet to its end"),
  BODY_TIMEOUT(
      TIMEOUTS,
      "--body-timeout",
      "YIMMO_SERVER_BODY_TIMEOUT",
      "server.body_timeout",
      Seconds.positive(),
      "30",
      "for the longest pause within the content of a request"),
  WRITE_TIMEOUT(
      TIMEOUTS,
      "--write-timeout",
      "YIMMO_SERVER_WRITE_TIMEOUT",
      "server.write_timeout",
      Seconds.positive(),
      "30",
      "for the longest pause in which a client takes nothing of its response"),
  GRACE_PERIOD(
      TIMEOUTS,
      "--grace-period --graceful-timeout",
      "YIMMO_SERVER_GRACE_PERIOD",
      "server.grace_period",
      Seconds.fromZero(),
      "30",
      "how long a stop waits for requests in flight"),

  MAX_LINE_BYTES(
      LIMITS,
      "--max-line-bytes",
      "YIMMO_SERVER_MAX_LINE_BYTES",
      "server.max_line_bytes",
      new Size(64, Integer.MAX_VALUE),
      "8192",
      "request line; a longer one is answered 414"),
  MAX_FIELDS_BYTES(
      LIMITS,
      "--max-fields-bytes",
      "YIMMO_SERVER_MAX_FIELDS_BYTES",
      "server.max_fields_bytes",
      new Size(64, Integer.MAX_VALUE),
      "65536",
      "all fields of a head; more are answered 431"),
  MAX_BODY_BYTES(
      LIMITS,
      "--max-body-bytes",
      "YIMMO_SERVER_MAX_BODY_BYTES",
      "server.max_body_bytes",
      new Size(0, Long.MAX_VALUE),
      "0",
      "content of a request; more is answered 413; 0: no limit"),
  BODY_MEMORY_BYTES(
      LIMITS,
      "--body-memory-bytes",
      "YIMMO_SERVER_BODY_MEMORY_BYTES",
      "server.body_memory_bytes",
      new Size(0, Integer.MAX_VALUE),
      "1048576",
      "larger contents of requests wait in a temporary file"),

  LOG_LEVEL(
      LOGGING,
      "-l --log-level",
      "YIMMO_LOG_LEVEL",
      "log_level",
      new Choice("LEVEL", List.of("FATAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG", "TRACE")),
      "NOTICE",
      "FATAL, ERROR, WARNING, NOTICE, INFO, DEBUG or TRACE"),
  ACCESS_LOG(
      LOGGING,
      "--access-log --access-logfile",
      "YIMMO_SERVER_ACCESS_LOG",
      "server.access_log",
      new OutputFile(),
      "",
      "a line for each request, to a file or to standard output (-)"),
  ACCESS_LOG_FORMAT(
      LOGGING,
      "--access-log-format",
      "YIMMO_SERVER_ACCESS_LOG_FORMAT",
      "server.access_log_format",
      new Choice("NAME", List.of("combined", "json")),
      "combined",
      "combined or json"),

  CONFIG(
      COMMANDS,
      "-c --config",
      "YIMMO_WSGI_CONFIG",
      "",
      new InputFile(),
      "",
      "read settings from this file (YAML)"),
  CHECK(COMMANDS, "--check", "", "", new Flag(), "", "load the application, report, exit"),
  PRINT_CONFIG(
      COMMANDS,
      "--print-config",
      "",
      "",
      new Flag(),
      "",
      "show each setting, its value and where it came from, exit"),
  VERSION(COMMANDS, "--version", "", "", new Flag(), "", "show the version, exit"),
  HELP(COMMANDS, "-h --help", "", "", new Flag(), "", "show this text, exit");

  /** The headings under which settings are shown. */
  enum Group {
    APPLICATION("Application"),
    LISTENING("Listening"),
    PROCESSES("Processes and threads"),
    TIMEOUTS("Timeouts (seconds)"),
    LIMITS("Limits (bytes, or with k, m, g)"),
    LOGGING("Logging"),
    COMMANDS("Configuration and commands");

    private final String heading;

    Group(String heading) {
      this.heading = heading;
    }

    String heading() {
      return heading;
    }

    List<Setting> settings() {
      return Arrays.stream(Setting.values()).filter(setting -> setting.group == this).toList();
    }
  }

  private final Group group;
  private final List<String> options;
  private final String variable;
  private final List<String> keys;
  private final Kind kind;
  private final String byDefault;
  private final String meaning;

  Setting(
      Group group,
      String options,
      String variable,
      String keys,
      Kind kind,
      String byDefault,
      String meaning) {
    this.group = group;
    this.options = words(options);
    this.variable = variable;
    this.keys = words(keys);
    this.kind = kind;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
  }

  List<String> options() {
    return options;
  }

  /** What it is called in the console: the long option without its dashes, or else the title. */
  String word() {
    return options.stream()
        .filter(option -> option.startsWith("--"))
        .findFirst()
        .map(option -> option.substring(2))
        .orElseGet(this::title);
  }

  /** The environment variable, or empty. */
  String variable() {
    return variable;
  }

  /** The keys in the file, levels separated by dots. */
  List<String> keys() {
    return keys;
  }

  Kind kind() {
    return kind;
  }

  /** The default as text; empty where the absence of a value means something by itself. */
  String byDefault() {
    return byDefault;
  }

  String meaning() {
    return meaning;
  }

  /** The name by which people find it: the key, else the option, else the variable. */
  String title() {
    if (!keys.isEmpty()) {
      return keys.getFirst();
    }
    return options.isEmpty() ? variable : options.getLast();
  }
}
