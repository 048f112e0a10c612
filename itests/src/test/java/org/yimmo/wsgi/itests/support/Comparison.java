package org.yimmo.wsgi.itests.support;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Compares responses octet by octet: status, fields and content. The fields that a server sets by
 * itself do not count; Content-Length counts if both have it, but not its place among the fields.
 */
public final class Comparison {
  private static final String LENGTH = "Content-Length";
  private static final Set<String> OF_THE_SERVER =
      Set.of("date", "server", "connection", "keep-alive", "transfer-encoding", "content-length");

  private Comparison() {}

  public static void assertSame(Reply expected, Reply actual) {
    assertSame(expected, actual, text -> text);
  }

  /** {@code normal} replaces what differs from run to run by nature, such as random tokens. */
  public static void assertSame(Reply expected, Reply actual, UnaryOperator<String> normal) {
    assertEquals(
        expected.status() + " " + expected.reason(), actual.status() + " " + actual.reason());
    assertEquals(fields(expected, normal), fields(actual, normal), "fields of the reply");
    assertEquals(normal.apply(expected.content()), normal.apply(actual.content()), "content");
    if (expected.field(LENGTH).isPresent() && actual.field(LENGTH).isPresent()) {
      assertEquals(expected.field(LENGTH), actual.field(LENGTH));
    }
  }

  private static String fields(Reply reply, UnaryOperator<String> normal) {
    return reply.fields().stream()
        .filter(field -> !OF_THE_SERVER.contains(field.name().toLowerCase(Locale.ROOT)))
        .map(field -> normal.apply(field.name() + ": " + field.value()))
        .collect(joining("\n"));
  }
}
