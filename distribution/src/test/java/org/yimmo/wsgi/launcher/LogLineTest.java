package org.yimmo.wsgi.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogLineTest {
  private boolean debugging;
  private final LogLine format = new LogLine(4711, () -> debugging);

  @ParameterizedTest
  @CsvSource({
    "1100, 'FATAL  '",
    "1000, 'ERROR  '",
    "900, 'WARNING'",
    "800, 'NOTICE '",
    "700, 'INFO   '",
    "500, 'DEBUG  '",
    "400, 'TRACE  '",
    "300, 'TRACE  '"
  })
  void namesLevelsAsTheCommandLineDoes(String value, String name) {
    var line = format.format(entry(Level.parse(value), "org.yimmo.wsgi.server.internal.Port"));

    assertEquals("2026-01-02 03:04:05.006 [4711] " + name + " server: text\n", line);
  }

  @Test
  void namesForeignLoggersInFull() {
    assertTrue(format.format(entry(Level.INFO, "io.netty.x")).contains(" io.netty.x: text"));
    assertTrue(format.format(entry(Level.INFO, "org.yimmo.wsgi.felix")).contains(" felix: text"));
  }

  @Test
  void fillsInParameters() {
    var entry = entry(Level.INFO, "a");
    entry.setMessage("port {0}");
    entry.setParameters(new Object[] {"8081"});

    assertTrue(format.format(entry).endsWith(" a: port 8081\n"));
  }

  @Test
  void showsTheMessageOfAnException() {
    var entry = entry(Level.SEVERE, "a");
    entry.setThrown(new IOException("disk full"));

    assertTrue(format.format(entry).endsWith(" a: text: disk full\n"));
  }

  @Test
  void doesNotRepeatTheMessageOfAnException() {
    var entry = entry(Level.SEVERE, "a");
    entry.setMessage("cannot write: disk full");
    entry.setThrown(new IOException("disk full"));

    assertTrue(format.format(entry).endsWith(" a: cannot write: disk full\n"));
  }

  @Test
  void showsTheStackTraceOfABug() {
    var entry = entry(Level.SEVERE, "a");
    entry.setThrown(new IllegalStateException("never"));

    assertTrue(
        format.format(entry).contains(" a: text\njava.lang.IllegalStateException: never\n\tat "));
  }

  @Test
  void showsEveryStackTraceWhenDebugging() {
    debugging = true;
    var entry = entry(Level.SEVERE, "a");
    entry.setThrown(new IOException("disk full"));

    assertTrue(format.format(entry).contains(" a: text\njava.io.IOException: disk full\n\tat "));
  }

  private static LogRecord entry(Level level, String logger) {
    var entry = new LogRecord(level, "text");
    entry.setLoggerName(logger);
    var time = LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6_000_000);
    entry.setInstant(time.atZone(ZoneId.systemDefault()).toInstant());
    return entry;
  }
}
