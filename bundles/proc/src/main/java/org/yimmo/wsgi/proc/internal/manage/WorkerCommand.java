package org.yimmo.wsgi.proc.internal.manage;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a worker process is started: by the command that started the manager.
 *
 * @param folder of the manager's sockets
 */
record WorkerCommand(List<String> command, Path folder) {
  /** What the start script of a process adds, and keeps of what it found. */
  private static final String LD_PRELOAD = "LD_PRELOAD";

  private static final String FOUND_LD_PRELOAD = "YIMMO_LD_PRELOAD";

  /** What systemd means for the manager alone. */
  private static final List<String> OF_MANAGER =
      List.of(
          "LISTEN_FDS",
          "LISTEN_PID",
          "LISTEN_FDNAMES",
          "NOTIFY_SOCKET",
          "WATCHDOG_USEC",
          "WATCHDOG_PID");

  /**
   * @throws IOException the command cannot be run
   */
  Process start(int number, String generation, boolean held) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT);
    adapt(builder.environment(), number, generation, held);
    return builder.start();
  }

  void adapt(Map<String, String> environment, int number, String generation, boolean held) {
    environment.keySet().removeAll(OF_MANAGER);
    environment.put("YIMMO_MANAGER", folder.toString());
    environment.put("YIMMO_WORKER", Integer.toString(number));
    set(environment, "YIMMO_GENERATION", generation);
    set(environment, "YIMMO_HOLD", held ? "1" : "");
    var found = environment.remove(FOUND_LD_PRELOAD);
    if (found != null && found.isEmpty()) {
      environment.remove(LD_PRELOAD);
    } else if (found != null) {
      environment.put(LD_PRELOAD, found);
    }
  }

  private static void set(Map<String, String> environment, String name, String value) {
    if (value.isEmpty()) {
      environment.remove(name);
    } else {
      environment.put(name, value);
    }
  }
}
