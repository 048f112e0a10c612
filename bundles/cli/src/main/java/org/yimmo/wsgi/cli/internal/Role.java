package org.yimmo.wsgi.cli.internal;

import java.util.Map;

/** What this process is. A role is the set of configurations that is published for it. */
sealed interface Role {
  /** Set by the manager for its workers: its folder, in which its sockets are. */
  String MANAGER = "YIMMO_MANAGER";

  /** Set by the manager for its workers: a number that no other one of them has. */
  String WORKER = "YIMMO_WORKER";

  /** Loads the application, reports, exits. */
  record Check() implements Role {}

  /** Keeps worker processes alive and serves nothing itself. */
  record Manager() implements Role {}

  /** Serves, with listening sockets of its own. */
  record Alone() implements Role {}

  /** Serves, with the listening sockets of a manager. */
  record Worker(String managerFolder, int number) implements Role {}

  /** The role that settings and environment ask for. */
  static Role of(Settings settings, Map<String, String> environment) throws SettingsException {
    if (settings.flag(Setting.CHECK)) {
      return new Check();
    }
    var folder = environment.getOrDefault(MANAGER, "");
    if (!folder.isEmpty()) {
      return new Worker(folder, number(environment.getOrDefault(WORKER, "")));
    }
    if (settings.number(Setting.NO_PROC) == 1 && settings.needManager().isEmpty()) {
      return new Alone();
    }
    settings.requireNativeTransport();
    return new Manager();
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
