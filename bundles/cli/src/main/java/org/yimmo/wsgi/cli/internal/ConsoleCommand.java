package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;
import java.util.stream.Collectors;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/**
 * {@code yimmo-wsgi console}: the console of a running process, for a command or for a person.
 *
 * @param pid of the manager, or of a process without one; empty: there is only one
 * @param worker the number of the worker to speak to; empty: to the process of that pid itself
 * @param command empty: what comes from standard input
 */
record ConsoleCommand(Optional<Long> pid, Optional<Long> worker, Optional<String> command) {
  static final String NAME = "console";

  private static final String USAGE =
      "yimmo-wsgi console [--pid PID | --pid-file FILE] [--worker N] [COMMAND...]";

  /** The socket's name in the folder of a process that is no worker of a manager. */
  static final String SOCKET = "console";

  private static final String OF_WORKER = SOCKET + "-";

  /**
   * @param arguments what follows the word {@code console}; options end where the command begins
   */
  static ConsoleCommand parse(List<String> arguments, Path directory) throws SettingsException {
    var pid = Optional.<Long>empty();
    var worker = Optional.<Long>empty();
    var words = arguments.listIterator();
    while (words.hasNext()) {
      var word = words.next();
      switch (word) {
        case "--pid" -> pid = Optional.of(number(word, words));
        case "--pid-file" -> pid = Optional.of(Pid.in(directory.resolve(value(word, words))));
        case "--worker" -> worker = Optional.of(number(word, words));
        default -> {
          if (word.startsWith("-")) {
            throw mistake("\"" + word + "\" is no option of the console");
          }
          var command = arguments.subList(words.previousIndex(), arguments.size());
          return new ConsoleCommand(pid, worker, Optional.of(String.join(" ", command)));
        }
      }
    }
    return new ConsoleCommand(pid, worker, Optional.empty());
  }

  private static String value(String option, ListIterator<String> words) throws SettingsException {
    if (!words.hasNext()) {
      throw mistake(option + " needs a value");
    }
    return words.next();
  }

  private static long number(String option, ListIterator<String> words) throws SettingsException {
    var text = value(option, words);
    return Pid.of(text).orElseThrow(() -> mistake("\"" + text + "\" is no number for " + option));
  }

  private static SettingsException mistake(String what) {
    return new SettingsException(what + ": write " + USAGE);
  }

  /** Where the console is that is meant. */
  Outcome find(Managers managers) {
    try {
      var folder = folder(managers);
      return new Outcome.Converse(
          worker.isPresent() ? ofWorker(folder, worker.get()) : folder.resolve(SOCKET), command);
    } catch (IOException e) {
      return new Outcome.Fail(e.getMessage());
    }
  }

  private Path folder(Managers managers) throws IOException {
    var running = managers.running(SOCKET);
    if (pid.isPresent()) {
      var folder = running.get(pid.get());
      if (folder == null) {
        throw new IOException(
            "no yimmo-wsgi of yours has the pid %d, or it is a worker, which --worker names;"
                    .formatted(pid.get())
                + " running: "
                + list(running.keySet()));
      }
      return folder;
    }
    if (running.isEmpty()) {
      throw new IOException("no yimmo-wsgi of yours is running");
    }
    if (running.size() > 1) {
      throw new IOException("several are running: add --pid with one of " + list(running.keySet()));
    }
    return running.values().iterator().next();
  }

  private static Path ofWorker(Path folder, long number) throws IOException {
    var socket = folder.resolve(OF_WORKER + number);
    if (!Files.exists(socket)) {
      throw new IOException(
          "there is no worker %d; running: %s".formatted(number, list(workers(folder))));
    }
    return socket;
  }

  private static List<Long> workers(Path folder) throws IOException {
    var numbers = new ArrayList<Long>();
    try (var sockets = Files.newDirectoryStream(folder, OF_WORKER + "*")) {
      for (var socket : sockets) {
        Pid.of(socket.getFileName().toString().substring(OF_WORKER.length()))
            .ifPresent(numbers::add);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    numbers.sort(null);
    return numbers;
  }

  private static String list(Collection<Long> numbers) {
    return numbers.isEmpty()
        ? "none"
        : numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
