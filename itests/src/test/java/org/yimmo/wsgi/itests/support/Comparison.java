package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.yimmo.wsgi.itests.support.Reply.ReplyField;

/**
 * Compares responses octet by octet: status, fields and content. The fields that a server sets by
 * itself do not count, nor does a Content-Length that only one of the servers added.
 */
public final class Comparison {
  private static final Set<String> OF_THE_SERVER =
      Set.of("date", "server", "connection", "keep-alive", "transfer-encoding");

  private Comparison() {}

  public static void assertSame(Reply expected, Reply actual) {
    assertSame(expected, actual, text -> text);
  }

  /** {@code normal} replaces what differs from run to run by nature, such as random tokens. */
  public static void assertSame(Reply expected, Reply actual, UnaryOperator<String> normal) {
    assertEquals(
        expected.status() + " " + expected.reason(), actual.status() + " " + actual.reason());
    assertEquals(
        fields(expected, actual, normal), fields(actual, expected, normal), "fields of the reply");
    assertEquals(normal.apply(expected.content()), normal.apply(actual.content()), "content");
  }

  private static String fields(Reply reply, Reply other, UnaryOperator<String> normal) {
    return String.join("\n", counted(reply, other).stream().map(normal).toList());
  }

  private static List<String> counted(Reply reply, Reply other) {
    return reply.fields().stream()
        .filter(field -> !OF_THE_SERVER.contains(field.name().toLowerCase(Locale.ROOT)))
        .filter(field -> !lengthOfOneOnly(field, other))
        .map(field -> field.name() + ": " + field.value())
        .toList();
  }

  private static boolean lengthOfOneOnly(ReplyField field, Reply other) {
    return field.name().equalsIgnoreCase("Content-Length")
        && other.field("Content-Length").isEmpty();
  }
}
