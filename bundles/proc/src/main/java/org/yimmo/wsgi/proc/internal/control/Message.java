package org.yimmo.wsgi.proc.internal.control;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One message of the control protocol: a word and named values.
 *
 * <p>Its text is the word on a line of its own, then a line {@code key=value} for each value, in
 * which CR, LF and {@code %} are percent-encoded.
 */
public record Message(String word, Map<String, String> values) {
  /** Before the name of an application: the value says where it is mounted. */
  public static final String MOUNT = "mount.";

  public Message {
    values = Map.copyOf(values);
  }

  public static Message of(String word) {
    return new Message(word, Map.of());
  }

  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** The values whose keys begin so, by what follows. */
  public Map<String, String> texts(String prefix) {
    var found = new LinkedHashMap<String, String>();
    values.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), value);
      }
    });
    return found;
  }

  /** The value as a number; none if it is missing or is no number. */
  public OptionalLong number(String key) {
    var text = values.get(key);
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  byte[] encoded() {
    var text = new StringBuilder(word).append('\n');
    values.forEach(
        (key, value) -> text.append(key).append('=').append(escaped(value)).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String value) {
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  /**
   * @throws BadFrameException the octets are no message
   */
  static Message decoded(byte[] octets) throws BadFrameException {
    var lines = characters(octets).split("\n", -1);
    if (lines[0].isEmpty()) {
      throw new BadFrameException("a message without a word");
    }
    var values = new LinkedHashMap<String, String>();
    // The last line need not be ended.
    var end = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
    for (var i = 1; i < end; i++) {
      var equals = lines[i].indexOf('=');
      if (equals < 1) {
        throw new BadFrameException("a line that is not key=value");
      }
      values.put(lines[i].substring(0, equals), unescaped(lines[i].substring(equals + 1)));
    }
    return new Message(lines[0], values);
  }

  private static String characters(byte[] octets) throws BadFrameException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException _) {
      throw new BadFrameException("a message that is not UTF-8");
    }
  }

  private static String unescaped(String value) {
    return value.indexOf('%') < 0
        ? value
        : value.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
  }
}
