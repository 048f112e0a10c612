package org.yimmo.wsgi.server.internal;

import io.netty.handler.ssl.ClientAuth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Limits;
import org.yimmo.wsgi.session.Proxies;

/**
 * Opens the port when workers are there and warm, and says so with the condition {@code
 * yimmo.ready}; what keeps it from starting it says with {@code yimmo.failed} (docs/wiring.md).
 */
@Component(
    service = {},
    configurationPid = "org.yimmo.wsgi.server",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ServerComponent {
  private static final System.Logger LOGGER = System.getLogger(ServerComponent.class.getName());

  /** A quick stop shortens the grace period by this system property (docs/wiring.md). */
  private static final String GRACE_PERIOD_MILLIS = "yimmo.grace.period.millis";

  static {
    // Netty's events for the Flight Recorder describe themselves when the first buffer is
    // allocated, by reflection and proxies that take longer than all else of a first request.
    if (System.getProperty("io.netty.jfr.enabled") == null) {
      System.setProperty("io.netty.jfr.enabled", "false");
    }
  }

  private static final Set<String> LIVE =
      Set.of(
          "idle.timeout.millis",
          "header.timeout.millis",
          "body.timeout.millis",
          "write.timeout.millis",
          "max.line.bytes",
          "max.fields.bytes",
          "max.body.bytes",
          "body.memory.bytes",
          "http2.max.concurrent.streams",
          "max.connections");

  /** The configuration, as docs/wiring.md tells. */
  public @interface Config {
    String[] bind();

    String[] warmup() default {};

    long warmup_timeout_millis() default 60_000;

    String[] forwarded_allow_ips() default {};

    boolean proxy_protocol() default false;

    String[] tls_cert() default {};

    String[] tls_key() default {};

    String tls_key_password() default "";

    String tls_ca_certs() default "";

    String tls_cert_reqs() default "none";

    String tls_ciphers() default "";

    String tls_provider() default "auto";

    boolean http2() default true;

    int http2_max_concurrent_streams() default 100;

    long idle_timeout_millis() default 5_000;

    long header_timeout_millis() default 10_000;

    long body_timeout_millis() default 30_000;

    long write_timeout_millis() default 30_000;

    long grace_period_millis() default 30_000;

    int max_line_bytes() default 8_192;

    int max_fields_bytes() default 32_768;

    long max_body_bytes() default 0;

    int body_memory_bytes() default 262_144;

    int max_connections() default 10_000;

    String transport() default "auto";

    String access_log() default "";

    String access_log_format() default "combined";

    boolean hold() default false;
  }

  /** What there is when the configuration was found good. */
  private record Server(
      IoThread ioThread,
      Listeners listeners,
      List<Address> addresses,
      Rehearsal rehearsal,
      WarmUp warmUp,
      AccessLog accessLog,
      Optional<Tls> tls) {}

  private final BundleContext bundle;
  private final Duration gracePeriod;
  private Map<String, Object> fixed; // written by the threads of the framework
  private final Optional<Server> server;

  private volatile int workers; // written by the thread that changes services
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile boolean held; // written by the thread that changes services

  // guarded by changes: only the thread that raised it from 0 works on these
  private final AtomicInteger changes = new AtomicInteger();
  private volatile boolean opened; // read by any thread
  private List<String> urls = List.of();
  private Optional<ServiceRegistration<Condition>> prepared = Optional.empty();
  private Optional<ServiceRegistration<Condition>> ready = Optional.empty();

  private volatile Optional<ServiceRegistration<Condition>> failed = Optional.empty();

  private final List<ServiceRegistration<?>> offered = new ArrayList<>();

  @Activate
  public ServerComponent(BundleContext bundle, Config config, Map<String, Object> properties) {
    this.bundle = bundle;
    fixed = fixed(properties);
    gracePeriod = Duration.ofMillis(config.grace_period_millis());
    held = config.hold();
    server = prepare(config);
    server.ifPresent(this::offerServices);
  }

  /** After the workers that are there already were added. */
  @Activate
  void start() {
    started = true;
    update();
  }

  /** Limits and timeouts change while connections stay open; anything else begins anew. */
  @Modified
  void modified(ComponentContext component, Config config, Map<String, Object> properties) {
    var before = fixed;
    fixed = fixed(properties);
    if (fixed.equals(before)) {
      server.ifPresent(
          present -> present.ioThread().change(limits(config), config.max_connections()));
    } else {
      var name = String.valueOf(properties.get("component.name"));
      // elsewhere: SCR would wait here for the change that it is just making
      Thread.ofPlatform()
          .name("yimmo-restart")
          .start(() -> {
            component.disableComponent(name);
            component.enableComponent(name);
          });
    }
  }

  /** What cannot change while connections are open, comparable. */
  private static Map<String, Object> fixed(Map<String, Object> properties) {
    var fixed = new HashMap<String, Object>();
    properties.forEach((name, value) -> {
      if (!LIVE.contains(name)) {
        fixed.put(name, value instanceof Object[] array ? List.of(array) : value);
      }
    });
    return fixed;
  }

  private void offerServices(Server present) {
    var ioThread = present.ioThread();
    offerGauge("requests", ioThread.shared()::requestsEnded);
    offerGauge("in-flight", ioThread.shared()::requestsInFlight);
    offerGauge("connections", ioThread::connectionCount);
    offerGauge("io", ioThread::beats);
    if (present.accessLog() instanceof AccessLogWriter writer) {
      var properties = FrameworkUtil.asDictionary(Map.of("yimmo.reopen", true));
      offered.add(bundle.registerService(Runnable.class, writer::reopen, properties));
    }
    present
        .tls()
        .ifPresent(tls -> {
          var properties = FrameworkUtil.asDictionary(Map.of("yimmo.reload", true));
          offered.add(bundle.registerService(Runnable.class, tls::reload, properties));
        });
    ConsoleCommands.of(ioThread).register(bundle).forEach(offered::add);
  }

  private void offerGauge(String name, LongSupplier gauge) {
    var properties = FrameworkUtil.asDictionary(Map.of("yimmo.gauge", name));
    offered.add(bundle.registerService(LongSupplier.class, gauge, properties));
  }

  private Optional<Server> prepare(Config config) {
    try {
      var addresses = new ArrayList<Address>();
      for (var address : config.bind()) {
        addresses.add(Address.parse(address));
      }
      var transport = Transport.of(config.transport());
      var tls = tls(config);
      var proxies = proxies(config);
      var accessLog = accessLog(config);
      var ioThread =
          new IoThread(
              transport,
              config.max_connections(),
              limits(config),
              proxies,
              accessLog,
              this::ioThreadDied);
      var listeners =
          new Listeners(
              ioThread,
              transport,
              tls,
              config.http2(),
              config.header_timeout_millis(),
              config.proxy_protocol() ? Optional.of(proxies) : Optional.empty());
      var warmUp =
          new WarmUp(
              List.of(config.warmup()),
              Duration.ofMillis(config.warmup_timeout_millis()),
              tls.isPresent());
      return Optional.of(
          new Server(
              ioThread,
              listeners,
              List.copyOf(addresses),
              new Rehearsal(ioThread, listeners),
              warmUp,
              accessLog,
              tls));
    } catch (StartFailure e) {
      fail(e);
      return Optional.empty();
    }
  }

  private static Optional<Tls> tls(Config config) throws StartFailure {
    if (config.tls_cert().length == 0 && config.tls_key().length == 0) {
      return Optional.empty();
    }
    if (config.tls_cert().length != config.tls_key().length) {
      throw new StartFailure(
          StartFailure.CONFIGURATION, "each of tls.cert needs its tls.key; one is missing", null);
    }
    return Optional.of(
        new Tls(
            new Tls.Source(
                paths(config.tls_cert()),
                paths(config.tls_key()),
                path(config.tls_key_password()),
                path(config.tls_ca_certs()),
                clients(config.tls_cert_reqs()),
                config.tls_ciphers(),
                config.http2(),
                TlsProvider.of(config.tls_provider()))));
  }

  private static List<Path> paths(String[] names) {
    return Stream.of(names).map(Path::of).toList();
  }

  private static Optional<Path> path(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name));
  }

  private static ClientAuth clients(String word) throws StartFailure {
    return switch (word) {
      case "none" -> ClientAuth.NONE;
      case "optional" -> ClientAuth.OPTIONAL;
      case "required" -> ClientAuth.REQUIRE;
      default ->
          throw new StartFailure(
              StartFailure.CONFIGURATION,
              "tls.cert.reqs is \"" + word + "\": one of none, optional, required is needed",
              null);
    };
  }

  private static Proxies proxies(Config config) throws StartFailure {
    try {
      return Proxies.of(List.of(config.forwarded_allow_ips()));
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION, "forwarded.allow.ips: " + e.getMessage(), e);
    }
  }

  private static AccessLog accessLog(Config config) throws StartFailure {
    var format = AccessLogFormat.of(config.access_log_format());
    return config.access_log().isEmpty()
        ? AccessLog.none()
        : AccessLogWriter.open(config.access_log(), format);
  }

  private static Limits limits(Config config) {
    return new Limits(
        config.max_line_bytes(),
        config.max_fields_bytes(),
        config.max_body_bytes(),
        config.body_memory_bytes(),
        config.http2_max_concurrent_streams(),
        Duration.ofMillis(config.idle_timeout_millis()),
        Duration.ofMillis(config.header_timeout_millis()),
        Duration.ofMillis(config.body_timeout_millis()),
        Duration.ofMillis(config.write_timeout_millis()));
  }

  private void ioThreadDied() {
    fail(
        new StartFailure(
            StartFailure.INTERNAL,
            "the I/O thread has ended by an error, which the log shows above",
            null));
  }

  private void fail(StartFailure failure) {
    LOGGER.log(System.Logger.Level.DEBUG, "the server cannot start", failure);
    failed =
        Optional.of(
            register(
                Map.of(
                    Condition.CONDITION_ID,
                    "yimmo.failed",
                    "exit.status",
                    failure.exitStatus(),
                    "message",
                    failure.getMessage())));
  }

  private ServiceRegistration<Condition> register(Map<String, Object> properties) {
    return bundle.registerService(
        Condition.class, Condition.INSTANCE, FrameworkUtil.asDictionary(properties));
  }

  /** <em>Blocks:</em> until the worker is warm, and with the first one until the port is open. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "removeWorker")
  void addWorker(ExchangeQueues queues) {
    server.ifPresent(present -> addWorker(present, queues));
    changeWorkers(1);
    update();
  }

  private void addWorker(Server present, ExchangeQueues queues) {
    present.ioThread().connectWorker(queues);
    if (!opened) {
      present.rehearsal().run(queues);
    }
    try {
      present.warmUp().with(wishes()).run(queues, present.ioThread()::offer);
      present.ioThread().addWorker(queues);
    } catch (StartFailure e) {
      fail(e);
    }
  }

  /**
   * What the applications of this moment want to be asked for (docs/wiring.md). Their type is not
   * known here.
   */
  private List<WarmUp.Wish> wishes() {
    try {
      var services =
          bundle.getAllServiceReferences(
              "org.yimmo.wsgi.application.Application", "(application.warmup=*)");
      return Stream.ofNullable(services)
          .flatMap(Stream::of)
          .map(service -> WarmUp.Wish.of(service::getProperty))
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Nothing is offered to the worker any more when this returns. */
  void removeWorker(ExchangeQueues queues) {
    changeWorkers(-1);
    update();
    server.ifPresent(present -> present.ioThread().removeWorker(queues));
  }

  /** <em>Blocks:</em> until the port is open. */
  @Reference(
      target = "(osgi.condition.id=yimmo.serve)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void serve(Condition condition) {
    held = false;
    update();
  }

  /** A port that is open stays open. */
  void withdrawn(Condition condition) {}

  private synchronized void changeWorkers(int by) {
    workers += by;
  }

  /**
   * Brings port and conditions in line with what is known. Registering calls others, so no lock is
   * held: one thread does the work, and once more if something changed meanwhile.
   */
  private void update() {
    if (changes.getAndIncrement() > 0) {
      return;
    }
    int seen;
    do {
      seen = changes.get();
      server.ifPresent(this::update);
    } while (!changes.compareAndSet(seen, 0));
  }

  private void update(Server present) {
    var couldOpen = !opened && started && workers > 0 && !stopping && failed.isEmpty();
    if (couldOpen && held) {
      if (prepared.isEmpty()) {
        prepared = Optional.of(register(Map.of(Condition.CONDITION_ID, "yimmo.prepared")));
      }
    } else if (couldOpen) {
      opened = true;
      try {
        urls = present.listeners().open(present.addresses());
        LOGGER.log(System.Logger.Level.INFO, message());
      } catch (StartFailure e) {
        fail(e);
      }
    }
    var shouldBeReady = !urls.isEmpty() && workers > 0 && !stopping;
    if (shouldBeReady && ready.isEmpty()) {
      ready =
          Optional.of(
              register(
                  Map.of(
                      Condition.CONDITION_ID,
                      "yimmo.ready",
                      "message",
                      message(),
                      "yimmo.addresses",
                      urls.toArray(new String[0]))));
    } else if (!shouldBeReady) {
      ready.ifPresent(ServiceRegistration::unregister);
      ready = Optional.empty();
    }
  }

  private String message() {
    return "listening on " + String.join(", ", urls);
  }

  /** <em>Blocks:</em> until exchanges in flight have ended, for the grace period at most. */
  @Deactivate
  void stop() {
    stopping = true;
    update();
    server.ifPresent(present -> {
      present.ioThread().stop(this::gracePeriod);
      present.listeners().deleteSocketFiles();
      present.tls().ifPresent(Tls::close);
      if (present.accessLog() instanceof AccessLogWriter writer) {
        writer.close();
      }
    });
    prepared.ifPresent(ServiceRegistration::unregister);
    offered.forEach(ServiceRegistration::unregister);
    failed.ifPresent(ServiceRegistration::unregister);
  }

  private Duration gracePeriod() {
    var ofProcess = Long.getLong(GRACE_PERIOD_MILLIS, Long.MAX_VALUE);
    return Duration.ofMillis(Math.min(gracePeriod.toMillis(), ofProcess));
  }
}
