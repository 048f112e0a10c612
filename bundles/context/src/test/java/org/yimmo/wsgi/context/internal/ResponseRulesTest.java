package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Field;

class ResponseRulesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "OK",
        "20",
        "2x0 OK",
        "200OK",
        "200-OK",
        "099 Low",
        "100 Continue",
        "199 X",
        "600 High",
        "200 OK\r\nSet-Cookie: a=b",
        "200 O\u0000K",
        "200 \u20ac",
        "+20 OK",
        " 200 OK"
      })
  void refusesAnInvalidStatus(String status) {
    assertThrows(IllegalArgumentException.class, () -> ResponseRules.head(status, List.of()));
  }

  @ParameterizedTest
  @CsvSource({"200 OK,200,OK", "404 Not Found,404,Not Found", "599 X,599,X"})
  void splitsAValidStatus(String status, int code, String reason) {
    var head = ResponseRules.head(status, List.of());

    assertEquals(code, head.status());
    assertEquals(reason, head.reason());
  }

  @Test
  void aStatusMayHaveNoReason() {
    assertEquals("", ResponseRules.head("200", List.of()).reason());
    assertEquals("", ResponseRules.head("200 ", List.of()).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A B", "A:", "A\n", "Ä", "(A)", "A\u007f", "\u20ac"})
  void refusesANameThatIsNoToken(String name) {
    assertThrows(
        IllegalArgumentException.class,
        () -> ResponseRules.head("200 OK", List.of(new Field(name, "x"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\n", "a\r", "\u0000", "a\u007f", "\u20ac"})
  void refusesAValueThatCouldSplitTheResponse(String value) {
    assertThrows(
        IllegalArgumentException.class,
        () -> ResponseRules.head("200 OK", List.of(new Field("X", value))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "keep-alive",
        "Proxy-Authenticate",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "UPGRADE"
      })
  void refusesHopByHopFields(String name) {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ResponseRules.head("200 OK", List.of(new Field(name, "x"))));

    assertTrue(refused.getMessage().contains(name), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", "1.0", "1 ", "0x10", "1,1", "9999999999999999999"})
  void refusesAContentLengthThatIsNoNumber(String value) {
    assertThrows(
        IllegalArgumentException.class,
        () -> ResponseRules.head("200 OK", List.of(new Field("Content-Length", value))));
  }

  @Test
  void refusesTwoDifferentContentLengths() {
    var same = List.of(new Field("Content-Length", "5"), new Field("content-length", "5"));
    var different = List.of(new Field("Content-Length", "5"), new Field("content-length", "6"));

    assertEquals(5, ResponseRules.head("200 OK", same).contentLength());
    assertThrows(IllegalArgumentException.class, () -> ResponseRules.head("200 OK", different));
  }

  @Test
  void keepsRepeatedFieldsInOrder() {
    var cookies =
        List.of(
            new Field("Set-Cookie", "a=1"),
            new Field("X", "\u00e4\t"),
            new Field("Set-Cookie", "b=2"));

    var fields = ResponseRules.head("200 OK", cookies).fields();

    assertEquals(3, fields.size());
    assertEquals("a=1", fields.value(0));
    assertEquals("\u00e4\t", fields.value(1));
    assertEquals("b=2", fields.value(2));
  }
}
