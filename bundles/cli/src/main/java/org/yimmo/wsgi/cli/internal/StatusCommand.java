package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/**
 * {@code yimmo-wsgi status}: what a running manager says of itself and its workers, or a process
 * without a manager of itself, over its console.
 *
 * @param json whether to show what it says as it is
 * @param pid of the manager or the process without one; empty: there is only one
 */
record StatusCommand(boolean json, Optional<Long> pid) {
  static final String NAME = "status";

  private static final String USAGE = "yimmo-wsgi status [--json] [--pid-file FILE | PID]";

  /**
   * @param arguments what follows the word {@code status}
   */
  static StatusCommand parse(List<String> arguments, Path directory) throws SettingsException {
    var json = false;
    var pid = Optional.<Long>empty();
    for (var words = arguments.iterator(); words.hasNext(); ) {
      var word = words.next();
      if (word.equals("--json")) {
        json = true;
        continue;
      }
      if (pid.isPresent()) {
        throw mistake("one process is enough, and \"" + word + "\" is more");
      }
      if (word.equals("--pid-file") || word.equals("--pid")) {
        if (!words.hasNext()) {
          throw mistake(word + " needs a file");
        }
        pid = Optional.of(Pid.in(directory.resolve(words.next())));
      } else {
        pid = Optional.of(Pid.of(word).orElseThrow(() -> mistake("\"" + word + "\" is no pid")));
      }
    }
    return new StatusCommand(json, pid);
  }

  private static SettingsException mistake(String what) {
    return new SettingsException(what + ": write " + USAGE);
  }

  /** <em>Blocks:</em> until the manager has answered, for a few seconds at most. */
  Outcome run(Managers managers) {
    var managing = managers.running(ManagerClient.CONTROL);
    var running = new TreeMap<>(managers.running(ConsoleCommand.SOCKET));
    running.putAll(managing);
    try {
      var chosen = chosen(running);
      return managing.containsValue(chosen)
          ? new Outcome.Show(shown(ManagerClient.status(chosen)))
          : new Outcome.Converse(
              chosen.resolve(ConsoleCommand.SOCKET),
              Optional.of(json ? "status --json" : "status"));
    } catch (IOException e) {
      return new Outcome.Fail(e.getMessage());
    }
  }

  private Path chosen(Map<Long, Path> running) throws IOException {
    if (pid.isPresent()) {
      var folder = running.get(pid.get());
      if (folder == null) {
        throw new IOException(
            "no yimmo-wsgi of yours has the pid %d, or it is a worker; running: %s"
                .formatted(pid.get(), list(running)));
      }
      return folder;
    }
    if (running.isEmpty()) {
      throw new IOException("no yimmo-wsgi of yours is running");
    }
    if (running.size() > 1) {
      throw new IOException("several are running: add one of the pids " + list(running));
    }
    return running.values().iterator().next();
  }

  private static String list(Map<Long, Path> running) {
    return running.isEmpty()
        ? "none"
        : running.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private String shown(String report) throws IOException {
    return json ? report + "\n" : StatusTable.render(report);
  }
}
