package org.yimmo.wsgi.cli.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.yimmo.wsgi.cli.internal.Kind.Flag;
import org.yimmo.wsgi.cli.internal.Source.Level;

/** The value of each setting and its source: what the levels say, put together and checked. */
final class Settings {
  /** The application in the folder {@code apps} of the distribution. */
  private static final ApplicationName BUNDLED = new ApplicationName("welcome", Optional.of("app"));

  private static final Source BUNDLED_SOURCE =
      new Source(Level.DEFAULT, "default, the bundled example");

  private static final Source DEPLOYED_SOURCE =
      new Source(Level.DEFAULT, "default, the distribution's own");

  private static final List<Setting> RECYCLING =
      List.of(Setting.MAX_REQUESTS, Setting.MAX_WORKER_AGE, Setting.MAX_WORKER_MEMORY);

  private record Value(Object value, Source source) {}

  private final Path directory;
  private final Map<Setting, Value> values = new EnumMap<>(Setting.class);

  private Settings(Path directory) {
    this.directory = directory;
  }

  /**
   * Puts the levels together.
   *
   * @param levels in any order
   * @param directory the working directory of the user
   * @param deploy the folder that is used when neither it nor a module is named
   */
  static Settings of(List<Map<Setting, Given>> levels, Path directory, Optional<Path> deploy)
      throws SettingsException {
    var settings = new Settings(directory);
    for (var setting : Setting.values()) {
      settings.values.put(setting, new Value(settings.defaultOf(setting), Source.DEFAULT));
    }
    for (var level : levels) {
      for (var entry : split(level).entrySet()) {
        settings.offer(entry.getKey(), entry.getValue());
      }
    }
    settings.nameApplication(deploy);
    settings.combinePortAndBind();
    settings.requireCertificateAndKey();
    return settings;
  }

  /** The same with another value for one setting, which does not depend on others. */
  Settings with(Setting setting, Given given) throws SettingsException {
    var changed = new Settings(directory);
    changed.values.putAll(values);
    changed.values.put(setting, new Value(parse(setting, given), given.source()));
    return changed;
  }

  String text(Setting setting) {
    return (String) value(setting);
  }

  long number(Setting setting) {
    return (Long) value(setting);
  }

  long millis(Setting setting) {
    return ((Duration) value(setting)).toMillis();
  }

  List<String> list(Setting setting) {
    return ((List<?>) value(setting)).stream().map(String.class::cast).toList();
  }

  boolean flag(Setting setting) {
    return (Boolean) value(setting);
  }

  Source source(Setting setting) {
    return values.get(setting).source();
  }

  /** The value as people would write it. */
  String shown(Setting setting) {
    return switch (value(setting)) {
      case List<?> list -> String.join(",", list(setting));
      case Duration time -> seconds(time);
      case Object other -> other.toString();
    };
  }

  /** Whether a setting that is empty by default has a value. */
  boolean given(Setting setting) {
    return !shown(setting).isEmpty();
  }

  boolean servesBundledExample() {
    return source(Setting.MODULE).phrase().equals(BUNDLED_SOURCE.phrase());
  }

  private static String seconds(Duration time) {
    var text = "%d.%03d".formatted(time.toSeconds(), time.toMillisPart());
    return text.replaceFirst("\\.?0+$", "");
  }

  private Object value(Setting setting) {
    return values.get(setting).value();
  }

  private Object defaultOf(Setting setting) {
    var kind = setting.kind();
    if (!setting.byDefault().isEmpty()) {
      try {
        return kind.parse(setting.byDefault(), directory);
      } catch (UnfitValue impossible) {
        throw new IllegalStateException("default of " + setting, impossible);
      }
    }
    return kind instanceof Flag ? false : kind.isList() ? List.of() : "";
  }

  /** Every level is checked, also what a higher one hides: a mistake is a mistake. */
  private void offer(Setting setting, Given given) throws SettingsException {
    var value = parse(setting, given);
    if (given.source().level().precedes(source(setting).level())) {
      values.put(setting, new Value(value, given.source()));
    }
  }

  private Object parse(Setting setting, Given given) throws SettingsException {
    try {
      var all = new ArrayList<Object>();
      for (var text : given.texts()) {
        if (text.isEmpty()) {
          throw given.unfit("a value is needed");
        }
        var value = setting.kind().parse(text, directory);
        if (!(value instanceof List<?> list)) {
          return value;
        }
        all.addAll(list);
      }
      return all;
    } catch (UnfitValue unfit) {
      throw given.unfit(unfit.getMessage());
    }
  }

  /** The text MODULE:APP says two settings. */
  private static Map<Setting, Given> split(Map<Setting, Given> level) throws SettingsException {
    var module = level.get(Setting.MODULE);
    if (module == null) {
      return level;
    }
    var split = new EnumMap<>(level);
    var name = ApplicationName.parse(module);
    split.put(Setting.MODULE, new Given(name.module(), module.source()));
    if (name.app().isPresent()) {
      var app = split.put(Setting.APP, new Given(name.app().get(), module.source()));
      if (app != null) {
        throw module.unfit(
            "this names the application, and so does %s with \"%s\"; one is enough"
                .formatted(app.source().phrase(), app.text()));
      }
    }
    return split;
  }

  private void nameApplication(Optional<Path> deploy) throws SettingsException {
    if (given(Setting.MODULE)) {
      return;
    }
    if (source(Setting.APP).level() != Level.DEFAULT) {
      throw new SettingsException(
          "%s is \"%s\", but no module is named: add MODULE:APP, %s or %s"
              .formatted(
                  source(Setting.APP).phrase(),
                  text(Setting.APP),
                  Setting.MODULE.variable(),
                  Setting.MODULE.title()));
    }
    if (!given(Setting.DEPLOY) && deploy.isPresent()) {
      values.put(Setting.DEPLOY, new Value(deploy.get().toString(), DEPLOYED_SOURCE));
    }
    if (given(Setting.DEPLOY)) {
      requireModuleToCheck();
      return;
    }
    values.put(Setting.MODULE, new Value(BUNDLED.module(), BUNDLED_SOURCE));
    values.put(Setting.APP, new Value(BUNDLED.app().orElseThrow(), BUNDLED_SOURCE));
  }

  private void requireModuleToCheck() throws SettingsException {
    if (flag(Setting.CHECK)) {
      throw new SettingsException(
          "%s loads one application: add MODULE:APP; what is dropped into %s is loaded and checked"
                  .formatted(source(Setting.CHECK).phrase(), text(Setting.DEPLOY))
              + " before it serves");
    }
  }

  /**
   * An address says more than a port, so it wins when both come from one level. A port from a
   * higher level than the address changes the port and leaves the host: a server that a file binds
   * to the loopback interface is not opened to the world by {@code --port}.
   */
  private void combinePortAndBind() throws SettingsException {
    var port = values.get(Setting.PORT);
    var bind = values.get(Setting.BIND);
    if (bind.source().level() == Level.DEFAULT) {
      var address = "0.0.0.0:" + port.value();
      values.put(Setting.BIND, new Value(List.of(address), derived(port.source())));
    } else if (port.source().level().precedes(bind.source().level())) {
      var addresses = list(Setting.BIND);
      if (addresses.size() > 1 || addresses.getFirst().startsWith(Kind.UNIX)) {
        throw new SettingsException(
            "%s is \"%s\", but %s is \"%s\", which has not one port: use --bind"
                .formatted(
                    port.source().phrase(),
                    port.value(),
                    bind.source().phrase(),
                    shown(Setting.BIND)));
      }
      var address = addresses.getFirst();
      var host = address.substring(0, address.lastIndexOf(':') + 1);
      values.put(
          Setting.BIND,
          new Value(
              List.of(host + port.value()),
              new Source(
                  port.source().level(),
                  "%s, port: %s".formatted(bind.source().phrase(), port.source().phrase()))));
    } else if (port.source().level() != Level.DEFAULT) {
      var overridden = port.source().phrase() + ", but " + Setting.BIND.title() + " wins";
      values.put(
          Setting.PORT, new Value(port.value(), new Source(port.source().level(), overridden)));
    }
  }

  private static Source derived(Source port) {
    return port.level() == Level.DEFAULT ? port : new Source(port.level(), port.phrase());
  }

  private void requireCertificateAndKey() throws SettingsException {
    requireWith(Setting.CERT, Setting.KEY, "the private key");
    requireWith(Setting.KEY, Setting.CERT, "the certificate");
    requireWith(Setting.KEY_PASSWORD, Setting.KEY, "the private key");
    requireWith(Setting.CA_CERTS, Setting.CERT, "the certificate");
    requireWith(Setting.CIPHERS, Setting.CERT, "the certificate");
    var certificates = list(Setting.CERT).size();
    var keys = list(Setting.KEY).size();
    if (certificates != keys) {
      throw new SettingsException(
          "%s names %s certificates, but %s names %s keys: each certificate needs its key, in the"
                  .formatted(
                      source(Setting.CERT).phrase(),
                      certificates,
                      source(Setting.KEY).phrase(),
                      keys)
              + " same order");
    }
    if (!text(Setting.CERT_REQS).equals("none")) {
      requireWith(Setting.CERT_REQS, Setting.CA_CERTS, "who issues certificates of clients");
    } else if (given(Setting.CA_CERTS) && source(Setting.CERT_REQS).level() == Level.DEFAULT) {
      throw new SettingsException(
          "%s is \"%s\", but clients are not asked for certificates: add --cert-reqs required or"
                  .formatted(source(Setting.CA_CERTS).phrase(), shown(Setting.CA_CERTS))
              + " --cert-reqs optional");
    }
  }

  private void requireWith(Setting one, Setting other, String what) throws SettingsException {
    if (given(one) && !given(other)) {
      throw new SettingsException(
          "%s is \"%s\", but %s is not given: add %s, %s or %s"
              .formatted(
                  source(one).phrase(),
                  shown(one),
                  what,
                  other.options().getFirst(),
                  other.variable(),
                  other.title()));
    }
  }

  /** The listening sockets of a manager can be used by the native transport only. */
  void requireNativeTransport() throws SettingsException {
    if (text(Setting.TRANSPORT).equals("nio")) {
      throw new SettingsException(
          "%s is \"nio\", but worker processes under a manager need the native transport: choose"
                  .formatted(source(Setting.TRANSPORT).phrase())
              + " auto");
    }
  }

  /** The settings that only a manager can follow, of those that were given. */
  List<Setting> needManager() {
    return Stream.concat(
            Stream.of(Setting.DEPLOY).filter(this::given),
            RECYCLING.stream().filter(setting -> !isZero(value(setting))))
        .toList();
  }

  private static boolean isZero(Object value) {
    return value.equals(0L) || value.equals(Duration.ZERO);
  }
}
