package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The interpreters of this machine. */
public final class Pythons {
  /** The releases that are supported. */
  private static final String SUPPORTED = "3\\.(9|1[0-4])\\..*";

  static final boolean COMPLETE = "true".equals(System.getenv("CI"));

  private Pythons() {}

  /** The interpreter of the operating system, for which its packages are installed. */
  public static Path system() {
    return Path.of("/usr/bin/python3");
  }

  /** The system's interpreter and pyenv's. */
  public static List<Path> installed() {
    var found = new ArrayList<Path>();
    if (Files.isExecutable(system())) {
      found.add(system());
    }
    var versions = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
    if (Files.isDirectory(versions)) {
      try (var folders = Files.list(versions)) {
        folders
            .filter(folder -> folder.getFileName().toString().matches(SUPPORTED))
            .sorted()
            .map(folder -> folder.resolve("bin/python3"))
            .filter(Files::isExecutable)
            .forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + versions, e);
      }
    }
    return List.copyOf(found);
  }

  /**
   * Skips the test, visibly, when the system's interpreter lacks a module; where everything is to
   * be tested (CI=true) the test fails instead.
   */
  public static void require(String module) {
    var missing = missing(module);
    if (COMPLETE && missing.isPresent()) {
      throw new AssertionError(missing.get());
    }
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  private static Optional<String> missing(String module) {
    if (!Files.isExecutable(system())) {
      return Optional.of("there is no " + system());
    }
    return run("-c", "import " + module).status() == 0
        ? Optional.empty()
        : Optional.of(system() + " has no module " + module + "; install python3-" + module);
  }

  /** Runs the system's interpreter to the end. */
  public static Yimmo.Finished run(String... arguments) {
    return run(Folders.fixtures(), arguments);
  }

  /** Runs the system's interpreter in {@code directory} to the end. */
  public static Yimmo.Finished run(Path directory, String... arguments) {
    try (var running = begin(directory, Map.of(), arguments)) {
      var status = running.awaitExit();
      return new Yimmo.Finished(status, running.out().text(), running.err().text());
    }
  }

  static Running begin(Path directory, Map<String, String> environment, String... arguments) {
    var command = new ArrayList<String>();
    command.add(system().toString());
    command.addAll(List.of(arguments));
    try {
      var process = new ProcessBuilder(command).directory(directory.toFile());
      process.environment().putAll(environment);
      return new Running(process.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }
}
