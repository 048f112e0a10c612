package org.yimmo.wsgi.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FieldsTest {
  @Test
  void namesCompareWithoutCaseAndKeepTheirs() {
    var fields = Fields.of("X-Name", "1", "x-name", "2");

    assertEquals(Optional.of("1"), fields.first("X-NAME"));
    assertEquals("x-name", fields.name(1));
    assertEquals(2, fields.size());
  }

  @Test
  void aMissingNameHasNoValue() {
    assertEquals(Optional.empty(), Fields.none().first("Host"));
  }

  @Test
  void aBuilderGrowsBeyondWhatWasExpected() {
    var builder = Fields.builder(1);
    IntStream.range(0, 100).forEach(i -> builder.add("N" + i, "V" + i));

    var fields = builder.build();

    assertEquals(100, fields.size());
    assertEquals(Optional.of("V99"), fields.first("n99"));
  }

  @Test
  void aNameNeedsAValue() {
    assertThrows(IllegalArgumentException.class, () -> Fields.of("Host"));
  }
}
