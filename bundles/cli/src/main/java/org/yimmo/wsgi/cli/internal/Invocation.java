package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the program was called.
 *
 * @param arguments without the name of the program
 * @param pid of this process
 * @param directory the working directory of the user
 * @param home the distribution
 */
record Invocation(
    List<String> arguments, Map<String, String> environment, long pid, Path directory, Path home) {

  /** What is to happen. */
  sealed interface Outcome {
    /** Show the text, exit with 0. */
    record Show(String text) implements Outcome {}

    /** Show the sentence, exit with 2. */
    record Refuse(String sentence) implements Outcome {}

    /** Show the sentence, exit with 1: what was asked about is not there. */
    record Fail(String sentence) implements Outcome {}

    /** Speak with the console at this socket, then exit with the status that it gives. */
    record Converse(Path socket, Optional<String> command) implements Outcome {}

    /** Make a jar, then exit. */
    record Make(BundleCommand command) implements Outcome {}

    /** Start with these settings. */
    record Start(Settings settings, Role role) implements Outcome {}
  }

  Outcome outcome() {
    try {
      if (!arguments.isEmpty() && arguments.getFirst().equals(StatusCommand.NAME)) {
        return StatusCommand.parse(arguments.subList(1, arguments.size()), directory)
            .run(Managers.of(environment));
      }
      if (!arguments.isEmpty() && arguments.getFirst().equals(ConsoleCommand.NAME)) {
        return ConsoleCommand.parse(arguments.subList(1, arguments.size()), directory)
            .find(Managers.of(environment));
      }
      if (!arguments.isEmpty() && arguments.getFirst().equals(BundleCommand.NAME)) {
        return new Outcome.Make(
            BundleCommand.parse(arguments.subList(1, arguments.size()), directory));
      }
      var commandLine = CommandLineLevel.read(arguments);
      // Help comes also to those whose environment or file is in disorder.
      if (commandLine.containsKey(Setting.HELP)) {
        return new Outcome.Show(UsageText.render());
      }
      if (commandLine.containsKey(Setting.VERSION)) {
        return new Outcome.Show("yimmo-wsgi " + ProgramVersion.text() + "\n");
      }
      var settings = settings(commandLine);
      return settings.flag(Setting.PRINT_CONFIG)
          ? new Outcome.Show(ConfigTable.render(settings))
          : new Outcome.Start(settings, Role.of(settings, environment, pid));
    } catch (SettingsException mistake) {
      return new Outcome.Refuse(mistake.getMessage());
    }
  }

  private Settings settings(Map<Setting, Given> commandLine) throws SettingsException {
    var environmentLevel = EnvironmentLevel.read(environment);
    var levels = new ArrayList<>(List.of(commandLine, environmentLevel));
    var config = commandLine.getOrDefault(Setting.CONFIG, environmentLevel.get(Setting.CONFIG));
    if (config != null) {
      levels.add(FileLevel.read(file(config)));
    }
    return Settings.of(levels, directory, deployFolder());
  }

  /** That of the distribution, if it is in use: the workers of a manager do not look into it. */
  private Optional<Path> deployFolder() {
    var folder = home.resolve("deploy");
    return Role.isWorker(environment)
        ? Role.servesGeneration(environment) ? Optional.of(folder) : Optional.empty()
        : Optional.of(folder).filter(Invocation::holdsDrops);
  }

  /** What is left alone there is no drop: docs/deploying.md. */
  private static boolean holdsDrops(Path folder) {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> {
        var name = file.getFileName().toString();
        return !name.startsWith(".")
            && (Files.isDirectory(file) || name.matches(".*\\.(py|zip|jar)"));
      });
    } catch (IOException _) {
      return false; // it is not there
    }
  }

  private Path file(Given config) throws SettingsException {
    try {
      return Path.of((String) Setting.CONFIG.kind().parse(config.text(), directory));
    } catch (UnfitValue unfit) {
      throw config.unfit(unfit.getMessage());
    }
  }

  /** Sentences about what is odd but does not hinder a start. */
  List<String> warnings() {
    return EnvironmentLevel.warnings(environment);
  }
}
