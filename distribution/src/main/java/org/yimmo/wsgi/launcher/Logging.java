package org.yimmo.wsgi.launcher;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Where the log goes: standard error, a line a record. The last lines are kept for the console. */
final class Logging extends Handler {
  /** The loggers of this project; their level is what {@code --log-level} sets. */
  static final String OURS = "org.yimmo.wsgi";

  private static final int KEPT_LINES = 500;

  // A JUL logger that nobody holds forgets its level.
  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger(OURS);

  // What it is now: the console has another one for those that use it.
  private final PrintStream stream = System.err;

  private final Deque<String> recent = new ArrayDeque<>(); // guarded by itself

  private Logging() {
    setFormatter(new LogLine(ProcessHandle.current().pid(), () -> ours.isLoggable(Level.FINE)));
  }

  /** Replaces what the JDK set up. Libraries are heard from WARNING on, we from NOTICE on. */
  static Logging toStandardError() {
    LogManager.getLogManager().reset();
    var logging = new Logging();
    logging.root.setLevel(Level.WARNING);
    logging.root.addHandler(logging);
    logging.ours.setLevel(Level.INFO);
    return logging;
  }

  @Override
  public void publish(LogRecord entry) {
    var line = getFormatter().format(entry);
    keep(line.stripTrailing());
    stream.print(line);
    stream.flush();
  }

  private void keep(String line) {
    synchronized (recent) {
      if (recent.size() == KEPT_LINES) {
        recent.remove();
      }
      recent.add(line);
    }
  }

  /** The last records, as they were written, the oldest first. <em>Thread:</em> any. */
  List<String> recent(int most) {
    synchronized (recent) {
      return recent.stream().skip(Math.max(0, recent.size() - most)).toList();
    }
  }

  @Override
  public void flush() {
    stream.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
