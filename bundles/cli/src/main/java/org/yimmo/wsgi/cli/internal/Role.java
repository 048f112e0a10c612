package org.yimmo.wsgi.cli.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What this process is. A role is the set of configurations that is published for it. */
sealed interface Role {
  /** Set by the manager for its workers: its folder, in which its sockets are. */
  String MANAGER = "YIMMO_MANAGER";

  /** Set by the manager for its workers: a number that no other one of them has. */
  String WORKER = "YIMMO_WORKER";

  /** Loads the application, reports, exits. */
  record Check() implements Role {}

  /**
   * Keeps worker processes alive and serves nothing itself.
   *
   * @param reasons why there is one, apart from the number of processes
   */
  record Manager(List<String> reasons) implements Role {}

  /** Serves, with listening sockets of its own. */
  record Alone() implements Role {}

  /** Serves, with the listening sockets of a manager. */
  record Worker(String managerFolder, int number) implements Role {}

  /**
   * The role that settings and environment ask for.
   *
   * @param pid of this process
   */
  static Role of(Settings settings, Map<String, String> environment, long pid)
      throws SettingsException {
    if (settings.flag(Setting.CHECK)) {
      return new Check();
    }
    var folder = environment.getOrDefault(MANAGER, "");
    if (!folder.isEmpty()) {
      return new Worker(folder, number(environment.getOrDefault(WORKER, "")));
    }
    var reasons = reasonsForManager(settings, environment, pid);
    if (settings.number(Setting.NO_PROC) == 1 && reasons.isEmpty()) {
      return new Alone();
    }
    settings.requireNativeTransport();
    return new Manager(reasons);
  }

  private static List<String> reasonsForManager(
      Settings settings, Map<String, String> environment, long pid) {
    var reasons = new ArrayList<String>();
    settings.needManager().forEach(setting -> reasons.add(setting.options().getFirst()));
    if (systemdPassesSockets(environment, pid)) {
      reasons.add("the sockets of systemd");
    }
    return List.copyOf(reasons);
  }

  /** sd_listen_fds(3): the sockets are meant for the process that {@code LISTEN_PID} names. */
  private static boolean systemdPassesSockets(Map<String, String> environment, long pid) {
    return environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid))
        && environment.getOrDefault("LISTEN_FDS", "").matches("0*[1-9]\\d*");
  }

  private static int number(String text) throws SettingsException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new SettingsException(
          "%s in the environment is \"%s\": a number is needed with %s, which only a manager sets;"
                  .formatted(WORKER, text, MANAGER)
              + " unset both",
          e);
    }
  }
}
