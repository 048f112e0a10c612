package org.yimmo.wsgi.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.function.BooleanSupplier;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * A record as one readable line: {@code 2026-11-23 01:34:35.123 [4711] NOTICE server: text}.
 *
 * <p>A stack trace is shown for bugs (unchecked exceptions and errors) and when debugging; of any
 * other exception the message is enough.
 */
final class LogLine extends Formatter {
  private final long pid;
  private final BooleanSupplier debugging;

  LogLine(long pid, BooleanSupplier debugging) {
    this.pid = pid;
    this.debugging = debugging;
  }

  @Override
  public String format(LogRecord entry) {
    var line = new StringBuilder(160);
    appendTime(line, LocalDateTime.ofInstant(entry.getInstant(), ZoneId.systemDefault()));
    line.append(" [").append(pid).append("] ");
    appendPadded(line, LevelNames.of(entry.getLevel()), 7);
    line.append(' ')
        .append(source(entry.getLoggerName()))
        .append(": ")
        .append(formatMessage(entry));
    if (entry.getThrown() != null) {
      appendThrown(line, entry.getThrown());
    }
    return line.append(System.lineSeparator()).toString();
  }

  /** The bundle for our own loggers ({@code org.yimmo.wsgi.server.internal.X}: server). */
  private static String source(String logger) {
    if (logger == null) {
      return "";
    }
    var prefix = Logging.OURS + ".";
    if (!logger.startsWith(prefix)) {
      return logger;
    }
    var end = logger.indexOf('.', prefix.length());
    return end < 0 ? logger.substring(prefix.length()) : logger.substring(prefix.length(), end);
  }

  private void appendThrown(StringBuilder line, Throwable thrown) {
    if (isBug(thrown) || debugging.getAsBoolean()) {
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      line.append(System.lineSeparator()).append(trace.toString().stripTrailing());
    } else if (thrown.getMessage() != null && line.indexOf(thrown.getMessage()) < 0) {
      line.append(": ").append(thrown.getMessage());
    }
  }

  private static boolean isBug(Throwable thrown) {
    return thrown instanceof Error
        || (thrown instanceof RuntimeException && !(thrown instanceof UncheckedIOException));
  }

  // By hand: the classes of java.time.format would cost 20 ms of every start.
  private static void appendTime(StringBuilder line, LocalDateTime time) {
    appendDigits(line, time.getYear(), 4).append('-');
    appendDigits(line, time.getMonthValue(), 2).append('-');
    appendDigits(line, time.getDayOfMonth(), 2).append(' ');
    appendDigits(line, time.getHour(), 2).append(':');
    appendDigits(line, time.getMinute(), 2).append(':');
    appendDigits(line, time.getSecond(), 2).append('.');
    appendDigits(line, time.getNano() / 1_000_000, 3);
  }

  private static StringBuilder appendDigits(StringBuilder line, int number, int width) {
    var digits = Integer.toString(number);
    return line.repeat('0', Math.max(0, width - digits.length())).append(digits);
  }

  private static void appendPadded(StringBuilder line, String text, int width) {
    line.append(text).repeat(' ', Math.max(0, width - text.length()));
  }
}
