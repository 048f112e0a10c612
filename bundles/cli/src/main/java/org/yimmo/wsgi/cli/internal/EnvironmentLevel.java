package org.yimmo.wsgi.cli.internal;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the environment says. A variable that is set to nothing says nothing. */
final class EnvironmentLevel {
  private static final Pattern OURS = Pattern.compile("YIMMO_(WSGI|SERVER|TLS|LOG)_.*");

  private EnvironmentLevel() {}

  static Map<Setting, Given> read(Map<String, String> environment) {
    var given = new EnumMap<Setting, Given>(Setting.class);
    for (var setting : Setting.values()) {
      var text = environment.getOrDefault(setting.variable(), "");
      if (!text.isEmpty()) {
        given.put(setting, new Given(text, Source.environment(setting.variable())));
      }
    }
    return given;
  }

  /** A sentence for each variable that looks like ours but is not: others may own it. */
  static List<String> warnings(Map<String, String> environment) {
    var known = Arrays.stream(Setting.values()).map(Setting::variable).toList();
    return new TreeSet<>(environment.keySet())
        .stream()
            .filter(name -> OURS.matcher(name).matches() && !known.contains(name))
            .map(name ->
                "unknown variable " + name + " in the environment" + Nearest.hint(name, known))
            .toList();
  }
}
