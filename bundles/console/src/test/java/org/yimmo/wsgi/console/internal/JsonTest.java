package org.yimmo.wsgi.console.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final String TEXT =
      "{\"a\":1,\"b\":[true,null,\"x\\\"\\\\\\n\\t\\u0001é\"],\"c\":{},\"d\":-1.5}";

  @Test
  void writesWhatCommandsGive() {
    var map = new LinkedHashMap<String, Object>();
    map.put("a", 1);
    map.put("b", Arrays.asList(true, null, "x\"\\\n\t\u0001é"));
    map.put("c", new LinkedHashMap<String, Object>());
    map.put("d", -1.5);

    assertEquals(TEXT, Json.of(map));
  }

  @Test
  void readsWhatItWrites() {
    assertEquals(TEXT, Json.of(Json.parse(TEXT)));
  }

  @Test
  void readsWholeNumbersAsSuch() {
    assertEquals(List.of(12L, 1.5), Json.parse(" [ 12 , 1.5 ] "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,]", "{\"a\"}", "nul", "\"open", "1 2", "\"\\x\"", "{1:2}"})
  void refusesWhatIsNoJson(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.parse(text));
  }
}
