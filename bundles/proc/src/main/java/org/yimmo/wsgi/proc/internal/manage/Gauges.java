package org.yimmo.wsgi.proc.internal.manage;

import java.util.OptionalLong;
import org.yimmo.wsgi.proc.internal.control.Message;

/**
 * What a worker says of itself with each beat.
 *
 * @param io changes as long as the I/O thread runs; none before it does
 * @param stuck threads that did not come back after their request's deadline
 */
record Gauges(
    long requests,
    long inFlight,
    long connections,
    OptionalLong io,
    long stuck,
    long rssBytes,
    long cpuMillis,
    String application) {
  static final Gauges NONE = new Gauges(0, 0, 0, OptionalLong.empty(), 0, 0, 0, "");

  static Gauges of(Message beat) {
    return new Gauges(
        beat.number("requests").orElse(0),
        beat.number("in-flight").orElse(0),
        beat.number("connections").orElse(0),
        beat.number("io"),
        beat.number("stuck").orElse(0),
        beat.number("rss.bytes").orElse(0),
        beat.number("cpu.millis").orElse(0),
        beat.text("application").orElse(""));
  }
}
