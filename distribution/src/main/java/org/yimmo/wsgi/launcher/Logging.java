package org.yimmo.wsgi.launcher;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Where the log goes: standard error, a line a record. */
final class Logging extends Handler {
  /** The loggers of this project; their level is what {@code --log-level} sets. */
  static final String OURS = "org.yimmo.wsgi";

  // A JUL logger that nobody holds forgets its level.
  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger(OURS);

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
    System.err.print(getFormatter().format(entry));
    System.err.flush();
  }

  @Override
  public void flush() {
    System.err.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
