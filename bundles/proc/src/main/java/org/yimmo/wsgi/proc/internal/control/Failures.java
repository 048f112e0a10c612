package org.yimmo.wsgi.proc.internal.control;

import java.util.HashMap;
import java.util.Map;

/**
 * The applications of a process that cannot be loaded, as values of a message: {@code name.N} and
 * {@code message.N}.
 */
public final class Failures {
  /** An octet of a control frame may become three when it is encoded, and a character three. */
  private static final int MOST_CHARACTERS = Connection.MAX_MESSAGE_BYTES / 9 - 1024;

  private static final String CUT = "...\n";
  private static final int LONGEST_NAME = 255;

  private Failures() {}

  /**
   * Says them within a frame: of messages that are too long the end is kept, which says what is
   * wrong.
   *
   * @param failures messages by application
   */
  public static Message message(String word, Map<String, String> failures) {
    var values = new HashMap<String, String>();
    var each = MOST_CHARACTERS / Math.max(1, failures.size());
    var number = 0;
    for (var failure : failures.entrySet()) {
      var name = failure.getKey();
      values.put("name." + number, name.substring(0, Math.min(name.length(), LONGEST_NAME)));
      values.put("message." + number, end(failure.getValue(), Math.max(0, each - LONGEST_NAME)));
      number++;
    }
    return new Message(word, values);
  }

  private static String end(String text, int characters) {
    return text.length() <= characters
        ? text
        : CUT + text.substring(Math.min(text.length(), text.length() - characters + CUT.length()));
  }

  /** What such a message says. */
  public static Map<String, String> in(Message message) {
    var failures = new HashMap<String, String>();
    for (var number = 0; message.text("name." + number).isPresent(); number++) {
      failures.put(
          message.text("name." + number).orElseThrow(),
          message.text("message." + number).orElse(""));
    }
    return failures;
  }
}
