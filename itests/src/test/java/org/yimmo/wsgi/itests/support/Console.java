package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yimmo.wsgi.itests.support.Yimmo.Finished;

/**
 * {@code yimmo-wsgi console} for one of the processes of this user, of which there may be several.
 *
 * @param runtime {@code XDG_RUNTIME_DIR} of the process
 * @param pid of the manager, or of a process without one
 */
public record Console(Path runtime, long pid) {
  private Finished run(String... arguments) {
    return yimmo(arguments).run();
  }

  /** Commands that come from standard input. */
  public Finished given(String lines) {
    return yimmo().run(lines);
  }

  /** What a command that goes well shows. */
  public String shows(String... arguments) {
    var finished = run(arguments);
    assertEquals(0, finished.status(), () -> finished.out() + finished.err());
    return finished.out();
  }

  /** What a command that goes wrong says. */
  public String refuses(String... arguments) {
    var finished = run(arguments);
    assertEquals(1, finished.status(), () -> finished.out() + finished.err());
    return finished.err();
  }

  /**
   * A person at a terminal.
   *
   * @param script what the fixture {@code terminal.py} is to do
   */
  public Finished at(int rows, int columns, String... script) {
    var terminal =
        List.of(
            Pythons.system().toString(),
            Folders.fixtures().resolve("terminal.py").toString(),
            Integer.toString(rows),
            Integer.toString(columns));
    return yimmo()
        .environment("XDG_STATE_HOME", runtime.toString())
        .through(terminal.toArray(String[]::new))
        .run(String.join("\n", script));
  }

  private Yimmo yimmo(String... arguments) {
    var words = new ArrayList<>(List.of("console", "--pid", Long.toString(pid)));
    words.addAll(List.of(arguments));
    return Yimmo.with(words.toArray(String[]::new))
        .environment("XDG_RUNTIME_DIR", runtime.toString());
  }
}
