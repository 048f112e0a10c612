package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.cli.internal.Kind.Flag;

/**
 * The commands {@code settings} and {@code set} of the console (docs/wiring.md).
 *
 * <p>What can change while the process serves is published again; the components that it concerns
 * change without closing a connection.
 *
 * <p><em>Thread:</em> any.
 */
final class LiveSettings {
  private static final Set<Setting> LIVE =
      EnumSet.of(
          Setting.TIMEOUT,
          Setting.IDLE_TIMEOUT,
          Setting.HEADER_TIMEOUT,
          Setting.BODY_TIMEOUT,
          Setting.WRITE_TIMEOUT,
          Setting.MAX_LINE_BYTES,
          Setting.MAX_FIELDS_BYTES,
          Setting.MAX_BODY_BYTES,
          Setting.BODY_MEMORY_BYTES,
          Setting.HTTP2_MAX_CONCURRENT_STREAMS,
          Setting.MAX_CONNECTIONS,
          Setting.LOG_LEVEL);

  /** Publishes settings anew. */
  interface Publisher {
    void publish(Settings settings) throws IOException;
  }

  private final Role role;
  private final Publisher publisher;
  private Settings settings; // guarded by this

  LiveSettings(Settings settings, Role role, Publisher publisher) {
    this.settings = settings;
    this.role = role;
    this.publisher = publisher;
  }

  /** A manager has no {@code set}: its workers have. */
  Stream<ServiceRegistration<?>> register(BundleContext bundle) {
    var shown =
        register(
            bundle,
            this::show,
            Map.of(
                "yimmo.command",
                "settings",
                "yimmo.command.usage",
                "[WORD]",
                "yimmo.command.description",
                "Shows each setting, its value, where that came from and whether yimmo:set can"
                    + " change it; with WORD those that have it in their names.",
                "yimmo.command.example",
                "yimmo:settings timeout"));
    if (role instanceof Role.Manager) {
      return Stream.of(shown);
    }
    return Stream.of(
        shown,
        register(
            bundle,
            this::change,
            Map.of(
                "yimmo.command",
                "set",
                "yimmo.command.usage",
                "SETTING VALUE",
                "yimmo.command.description",
                "Changes a setting of this process as long as it runs. Connections stay open."
                    + " Limits of a head hold for new connections, timeouts from the next wait on.",
                "yimmo.command.example",
                "yimmo:set max-body-bytes 10m",
                "yimmo.command.choices",
                LIVE.stream().map(Setting::word).toArray(String[]::new))));
  }

  private static ServiceRegistration<?> register(
      BundleContext bundle,
      Function<List<String>, Object> command,
      Map<String, Object> properties) {
    return bundle.registerService(Function.class, command, FrameworkUtil.asDictionary(properties));
  }

  synchronized List<Map<String, Object>> show(List<String> arguments) {
    if (arguments.size() > 1) {
      throw new IllegalArgumentException(
          "settings takes one word to look for: write yimmo:settings timeout");
    }
    var rows = new ArrayList<Map<String, Object>>();
    for (var setting : Setting.values()) {
      if (!(setting.kind() instanceof Flag)
          && arguments.stream().allMatch(word -> setting.word().contains(word))) {
        rows.add(row(setting));
      }
    }
    return rows;
  }

  private Map<String, Object> row(Setting setting) {
    var row = new LinkedHashMap<String, Object>();
    row.put("setting", setting.word());
    row.put("value", settings.shown(setting));
    row.put("live", LIVE.contains(setting) && !(role instanceof Role.Manager));
    row.put("source", settings.source(setting).phrase());
    return row;
  }

  synchronized Map<String, Object> change(List<String> arguments) {
    if (arguments.size() != 2) {
      throw new IllegalArgumentException(
          "set needs a setting and a value: write yimmo:set idle-timeout 10");
    }
    var setting = named(arguments.getFirst());
    if (!LIVE.contains(setting)) {
      throw new IllegalArgumentException(
          "%s is read when a process starts: change it on the command line or in the file, then"
                  .formatted(setting.word())
              + " restart; yimmo:settings shows which are live");
    }
    try {
      var given = new Given(arguments.getLast(), Source.console("set " + setting.word()));
      var changed = settings.with(setting, given);
      requireDeadlineThatCanChange(setting, changed);
      publisher.publish(changed);
      settings = changed;
      return row(setting);
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException("cannot publish the settings: " + e.getMessage(), e);
    }
  }

  private void requireDeadlineThatCanChange(Setting setting, Settings changed) {
    if (setting != Setting.TIMEOUT) {
      return;
    }
    if (settings.millis(Setting.TIMEOUT) == 0) {
      throw new IllegalArgumentException(
          "this process started without --timeout, so nobody watches its requests: start it with a"
              + " large one to be able to change it");
    }
    if (changed.millis(Setting.TIMEOUT) == 0) {
      throw new IllegalArgumentException(
          "the watch over requests ends with the process only: set a large timeout instead of 0");
    }
  }

  private static Setting named(String name) {
    var word = name.startsWith("--") ? name.substring(2) : name;
    return Arrays.stream(Setting.values())
        .filter(setting ->
            setting.word().equals(word)
                || setting.title().equals(word)
                || setting.options().contains("--" + word))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no setting \"%s\": yimmo:settings shows them".formatted(name)));
  }
}
