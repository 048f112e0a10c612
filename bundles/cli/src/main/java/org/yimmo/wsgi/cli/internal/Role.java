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

  /** Set by the manager for its workers: the file that says which deployed applications serve. */
  String GENERATION = "YIMMO_GENERATION";

  /** Set by the manager for its workers: not empty when they wait for the order to serve. */
  String HOLD = "YIMMO_HOLD";

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

  /**
   * Serves, with the listening sockets of a manager.
   *
   * @param generation the file of the deployed applications, or empty
   * @param held whether it opens its port by order only
   */
  record Worker(String managerFolder, int number, String generation, boolean held)
      implements Role {}

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
    if (isWorker(environment)) {
      return new Worker(
          environment.get(MANAGER),
          number(environment.getOrDefault(WORKER, "")),
          environment.getOrDefault(GENERATION, ""),
          !environment.getOrDefault(HOLD, "").isEmpty());
    }
    var reasons = reasonsForManager(settings, environment, pid);
    if (settings.number(Setting.NO_PROC) == 1 && reasons.isEmpty()) {
      return new Alone();
    }
    settings.requireNativeTransport();
    return new Manager(reasons);
  }

  /** Whether a manager has started this process. */
  static boolean isWorker(Map<String, String> environment) {
    return !environment.getOrDefault(MANAGER, "").isEmpty();
  }

  /** Whether it serves applications that were deployed. */
  static boolean servesGeneration(Map<String, String> environment) {
    return !environment.getOrDefault(GENERATION, "").isEmpty();
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
