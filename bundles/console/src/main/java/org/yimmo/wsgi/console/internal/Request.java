package org.yimmo.wsgi.console.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a client wants: one command, or else what it types line by line; at a terminal, or not.
 *
 * @param command to be run, after which the connection ends
 * @param terminal its type, as in {@code TERM}
 * @param columns how wide a line may be; 0: as long as it is
 * @param rows of the terminal
 */
record Request(Optional<String> command, Optional<String> terminal, int columns, int rows) {
  private static final int MOST_COLUMNS = 4096;

  /**
   * @param text lines {@code key=value} with CR, LF and % percent-encoded
   */
  static Request parse(String text) throws IOException {
    var values = new HashMap<String, String>();
    for (var line : text.lines().toList()) {
      var equals = line.indexOf('=');
      if (equals < 1) {
        throw new IOException("a request with the line \"" + line + "\"");
      }
      values.put(line.substring(0, equals), decoded(line.substring(equals + 1)));
    }
    return new Request(
        Optional.ofNullable(values.get("command")),
        Optional.ofNullable(values.get("terminal")),
        number(values, "columns"),
        number(values, "rows"));
  }

  /** One command for a program: lines are as long as they are. */
  static String ofCommand(String command) {
    return "command=" + encoded(command);
  }

  private static int number(Map<String, String> values, String key) {
    return size(values.getOrDefault(key, ""));
  }

  /** A number of columns or rows; 0: not known. */
  static int size(String digits) {
    return digits.matches("\\d{1,4}") ? Math.min(Integer.parseInt(digits), MOST_COLUMNS) : 0;
  }

  private static String encoded(String value) {
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String decoded(String value) {
    return value.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
  }
}
