package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A call of {@code bin/yimmo-wsgi} of the unpacked distribution, as a user types it.
 *
 * <p>What the environment says about yimmo-wsgi or virtual environments is not inherited.
 */
public final class Yimmo {
  private final ProcessBuilder process;

  private Yimmo(List<String> command) {
    process = new ProcessBuilder(command).directory(Folders.fixtures().toFile());
    process
        .environment()
        .keySet()
        .removeIf(name ->
            name.startsWith("YIMMO_")
                || name.startsWith("PYTHON")
                || name.startsWith("PYENV_")
                || name.equals("VIRTUAL_ENV"));
  }

  /** With exactly these arguments. */
  public static Yimmo with(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Distribution.script().toString());
    command.addAll(List.of(arguments));
    return new Yimmo(command);
  }

  /** Serves a fixture application on a free port, with the default interpreter of the tests. */
  public static Yimmo serving(String application, String... options) {
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("--bind", "127.0.0.1:0", "--idle-timeout", "60"));
    arguments.addAll(List.of("--python", Pythons.system().toString()));
    arguments.addAll(List.of(options));
    arguments.add(application);
    return with(arguments.toArray(String[]::new));
  }

  /** Of a distribution that lies elsewhere. */
  public Yimmo from(Path home) {
    process.command().set(0, home.resolve("bin/yimmo-wsgi").toString());
    return this;
  }

  /** Started by another program, which gets the whole call as its last arguments. */
  public Yimmo through(String... program) {
    process.command().addAll(0, List.of(program));
    return this;
  }

  public Yimmo environment(String name, String value) {
    process.environment().put(name, value);
    return this;
  }

  /** With a PATH that has nothing but what the start script and the shell need. */
  public Yimmo withoutPython() {
    return environment("PATH", Folders.pathWithoutPython().toString());
  }

  public Yimmo directory(Path directory) {
    process.directory(directory.toFile());
    return this;
  }

  /** Starts a server and waits until it listens. */
  public Server start() {
    return Server.start(begin());
  }

  /** Runs to the end. */
  public Finished run() {
    try (var running = begin()) {
      var status = running.awaitExit();
      return new Finished(status, running.out().text(), running.err().text());
    }
  }

  /** Runs to the end, with this for its standard input. */
  public Finished run(String input) {
    try {
      var file = Files.writeString(Folders.fresh("input").resolve("input"), input);
      process.redirectInput(file.toFile());
      return run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the input", e);
    }
  }

  Running begin() {
    try {
      return new Running(process.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + process.command(), e);
    }
  }

  /** How a process ended and what it wrote. */
  public record Finished(int status, String out, String err) {}
}
