package org.yimmo.wsgi.cli.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** An application as people name it: {@code MODULE} or {@code MODULE:APP}. */
record ApplicationName(String module, Optional<String> app) {
  private static final Pattern MODULE = Pattern.compile("[^\\s./:]+(\\.[^\\s./:]+)*");

  /** The first colon separates the two: an expression may well contain others. */
  static ApplicationName parse(Given given) throws SettingsException {
    var text = given.text();
    var colon = text.indexOf(':');
    var module = colon < 0 ? text : text.substring(0, colon);
    var app = colon < 0 ? Optional.<String>empty() : Optional.of(text.substring(colon + 1).strip());
    if (module.contains("/") || module.endsWith(".py")) {
      throw given.unfit("a module is needed, not a file" + meant(module, app));
    }
    if (!MODULE.matcher(module).matches() || app.filter(String::isEmpty).isPresent()) {
      throw given.unfit("a module and an application are needed, as in hello:app");
    }
    return new ApplicationName(module, app);
  }

  /** What the user of a file path probably wants. */
  private static String meant(String file, Optional<String> app) {
    var path = Path.of(file.isEmpty() ? "." : file);
    var name = path.getFileName() == null ? "" : path.getFileName().toString();
    var module = name.endsWith(".py") ? name.substring(0, name.length() - 3) : name;
    if (!MODULE.matcher(module).matches()) {
      return ", as in hello:app";
    }
    var directory = path.getParent() == null ? "" : "--chdir " + path.getParent() + " ";
    return "; did you mean " + directory + module + app.map(a -> ":" + a).orElse("") + "?";
  }
}
