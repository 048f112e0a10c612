package org.yimmo.wsgi.itests.support;

import java.util.List;
import java.util.Optional;

/**
 * A response as it came over the wire.
 *
 * @param protocol such as {@code HTTP/1.1}
 * @param reason the reason phrase, may be empty
 * @param fields in the order received
 * @param content without transfer codings, one character per octet
 */
public record Reply(
    String protocol, int status, String reason, List<ReplyField> fields, String content) {

  /** One field line. */
  public record ReplyField(String name, String value) {}

  public Optional<String> field(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(ReplyField::value)
        .findFirst();
  }

  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(ReplyField::value)
        .toList();
  }

  @Override
  public String toString() {
    var head = new StringBuilder(protocol + ' ' + status + ' ' + reason + '\n');
    fields.forEach(field -> head.append(field.name() + ": " + field.value() + '\n'));
    return head.append('\n').append(content, 0, Math.min(content.length(), 2_000)).toString();
  }
}
