package org.yimmo.wsgi.context.internal;

import java.io.PrintWriter;
import java.io.Writer;

/** {@code wsgi.errors} of Java applications: each line becomes a record of the log. */
final class ErrorLines extends Writer {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.application");

  private final StringBuilder line = new StringBuilder();

  private ErrorLines() {}

  static PrintWriter writer() {
    return new PrintWriter(new ErrorLines(), false);
  }

  @Override
  public void write(char[] text, int offset, int length) {
    for (var i = offset; i < offset + length; i++) {
      if (text[i] == '\n') {
        log();
      } else if (text[i] != '\r') {
        line.append(text[i]);
      }
    }
  }

  @Override
  public void flush() {
    if (!line.isEmpty()) {
      log();
    }
  }

  private void log() {
    LOG.log(System.Logger.Level.ERROR, line.toString());
    line.setLength(0);
  }

  @Override
  public void close() {
    flush();
  }
}
