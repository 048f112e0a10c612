package org.yimmo.wsgi.console.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "rss.bytes, 0, 0 B",
    "rss.bytes, 1023, 1023 B",
    "rss.bytes, 1536, 1.5 KiB",
    "rss.bytes, 104857600, 100 MiB",
    "rss.bytes, 5497558138880, 5120 GiB",
    "age.seconds, 59, 59 s",
    "age.seconds, 3599, 59 min 59 s",
    "age.seconds, 7384, 2 h 3 min",
    "age.seconds, 90000, 1 d 1 h",
    "cpu.millis, 7, 7.0 ms",
    "cpu.millis, 12345, 12 s",
    "cpu.millis, 61000, 1 min 1 s",
    "wait.micros, 3, 3 µs",
    "wait.micros, 2500, 2.5 ms",
    "requests, 1234567, 1234567",
    "seconds, 7, 7",
  })
  void writesTheUnitOut(String name, long value, String shown) {
    assertEquals(shown, Units.shown(name, value));
  }

  @ParameterizedTest
  @CsvSource({
    "rss.bytes, RSS",
    "in-flight, IN FLIGHT",
    "queue-wait.micros, QUEUE WAIT",
    "pid, PID"
  })
  void leavesTheUnitOutOfTheHeading(String name, String heading) {
    assertEquals(heading, Units.heading(name));
  }

  @Test
  void showsWhatIsNotKnown() {
    assertEquals("-", Units.shown("age.seconds", null));
    assertEquals("-", Units.shown("application", ""));
    assertEquals("yes", Units.shown("secure", true));
  }
}
