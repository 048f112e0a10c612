package org.yimmo.wsgi.server.internal;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.yimmo.wsgi.session.AccessLog;

/**
 * How an entry of the access log looks; a line is ASCII whatever the client sent.
 *
 * <p><em>Thread:</em> one at a time.
 */
interface AccessLogFormat {
  /** Appends the entry as a line. */
  void append(StringBuilder lines, AccessLog.Entry entry);

  /**
   * The format of that name.
   *
   * @param name {@code combined} or {@code json}
   * @throws StartFailure it is neither
   */
  static AccessLogFormat of(String name) throws StartFailure {
    return switch (name) {
      case "combined" -> new Combined(ZoneId.systemDefault());
      case "json" -> new Json();
      default ->
          throw new StartFailure(
              StartFailure.CONFIGURATION,
              "unknown access log format " + name + "; choose combined or json",
              null);
    };
  }

  /** The combined format that web servers have in common. */
  final class Combined implements AccessLogFormat {
    private final DateTimeFormatter formatter;
    private long second = Long.MIN_VALUE;
    private String time = "";

    Combined(ZoneId zone) {
      formatter =
          DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH).withZone(zone);
    }

    @Override
    public void append(StringBuilder lines, AccessLog.Entry entry) {
      appendOrDash(lines, entry.remoteAddress());
      lines.append(" - - [").append(time(entry.epochMillis())).append("] \"");
      if (entry.method().isEmpty()) {
        lines.append('-');
      } else {
        escape(lines, entry.method());
        lines.append(' ');
        escape(lines, entry.target());
        lines.append(' ').append(entry.protocol());
      }
      lines.append("\" ").append(entry.status()).append(' ').append(entry.contentBytes());
      lines.append(" \"");
      appendOrDash(lines, entry.referer());
      lines.append("\" \"");
      appendOrDash(lines, entry.userAgent());
      lines.append("\"\n");
    }

    private String time(long epochMillis) {
      var now = Math.floorDiv(epochMillis, 1000);
      if (now != second) {
        second = now;
        time = formatter.format(Instant.ofEpochSecond(now));
      }
      return time;
    }

    private static void appendOrDash(StringBuilder lines, String text) {
      if (text.isEmpty()) {
        lines.append('-');
      } else {
        escape(lines, text);
      }
    }

    private static void escape(StringBuilder lines, String text) {
      for (int i = 0; i < text.length(); i++) {
        var c = text.charAt(i);
        if (c == '"' || c == '\\') {
          lines.append('\\').append(c);
        } else if (c >= 0x20 && c < 0x7f) {
          lines.append(c);
        } else {
          lines.append("\\x");
          appendHexadecimal(lines, c, 2);
        }
      }
    }
  }

  /** One JSON object in each line (RFC 8259). */
  final class Json implements AccessLogFormat {
    @Override
    public void append(StringBuilder lines, AccessLog.Entry entry) {
      lines.append("{\"time\":\"").append(Instant.ofEpochMilli(entry.epochMillis())).append('"');
      append(lines, "remote_address", entry.remoteAddress());
      append(lines, "method", entry.method());
      append(lines, "target", entry.target());
      append(lines, "protocol", entry.protocol());
      lines.append(",\"status\":").append(entry.status());
      lines.append(",\"bytes\":").append(entry.contentBytes());
      lines.append(",\"duration_us\":").append(entry.durationNanos() / 1000);
      append(lines, "referer", entry.referer());
      append(lines, "user_agent", entry.userAgent());
      lines.append("}\n");
    }

    private static void append(StringBuilder lines, String name, String value) {
      lines.append(",\"").append(name).append("\":\"");
      for (int i = 0; i < value.length(); i++) {
        var c = value.charAt(i);
        if (c == '"' || c == '\\') {
          lines.append('\\').append(c);
        } else if (c >= 0x20 && c < 0x7f) {
          lines.append(c);
        } else {
          lines.append("\\u");
          appendHexadecimal(lines, c, 4);
        }
      }
      lines.append('"');
    }
  }

  private static void appendHexadecimal(StringBuilder lines, char c, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      lines.append(Character.forDigit(c >> shift & 0xf, 16));
    }
  }
}
