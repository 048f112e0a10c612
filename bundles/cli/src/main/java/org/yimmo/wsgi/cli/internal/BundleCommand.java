package org.yimmo.wsgi.cli.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Optional;

/**
 * {@code yimmo-wsgi bundle}: makes a jar of an application, which the bundle {@code deploy} does.
 *
 * @param source a file or folder that could be deployed
 * @param output the jar
 * @param requirements a folder or virtual environment in which its requirements are installed
 */
record BundleCommand(Path source, Path output, Optional<Path> requirements) {
  static final String NAME = "bundle";

  private static final String USAGE = "yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]";

  /**
   * @param arguments what follows the word {@code bundle}
   */
  static BundleCommand parse(List<String> arguments, Path directory) throws SettingsException {
    var source = Optional.<Path>empty();
    var output = Optional.<Path>empty();
    var requirements = Optional.<Path>empty();
    for (var words = arguments.listIterator(); words.hasNext(); ) {
      var word = words.next();
      switch (word) {
        case "-o", "--output" -> output = Optional.of(directory.resolve(value(word, words)));
        case "--requirements" -> requirements = Optional.of(directory.resolve(value(word, words)));
        default -> {
          if (word.startsWith("-") || source.isPresent()) {
            throw mistake("\"" + word + "\" is one word too many");
          }
          source = Optional.of(directory.resolve(word).normalize());
        }
      }
    }
    if (source.isEmpty() || output.isEmpty()) {
      throw mistake("a source and an output are needed");
    }
    for (var path : List.of(source.get(), requirements.orElse(source.get()))) {
      if (!Files.exists(path)) {
        throw mistake("there is no " + path);
      }
    }
    if (!output.get().toString().endsWith(".jar")) {
      throw mistake("\"" + output.get() + "\" does not end with .jar");
    }
    return new BundleCommand(source.get(), output.get().normalize(), requirements);
  }

  private static String value(String option, ListIterator<String> words) throws SettingsException {
    if (!words.hasNext()) {
      throw mistake(option + " needs a value");
    }
    return words.next();
  }

  private static SettingsException mistake(String what) {
    return new SettingsException(what + ": write " + USAGE);
  }

  /** As the properties of a PID (docs/wiring.md). */
  Map<String, Object> properties() {
    return Map.of(
        "role",
        "bundle",
        "source",
        source.toString(),
        "output",
        output.toString(),
        "requirements",
        requirements.map(Path::toString).orElse(""));
  }
}
