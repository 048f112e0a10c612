package org.yimmo.wsgi.launcher;

import java.lang.System.Logger.Level;

/** What Felix itself has to say, in our log instead of on standard output. */
final class FrameworkLog extends org.apache.felix.framework.Logger {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.felix");

  @Override
  protected void doLog(int level, String message, Throwable thrown) {
    LOG.log(level(level), message, thrown);
  }

  private static Level level(int felix) {
    return switch (felix) {
      case LOG_ERROR -> Level.ERROR;
      case LOG_WARNING -> Level.WARNING;
      case LOG_INFO -> Level.DEBUG;
      default -> Level.TRACE;
    };
  }
}
