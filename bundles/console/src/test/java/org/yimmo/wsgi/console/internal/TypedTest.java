package org.yimmo.wsgi.console.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TypedTest {
  @Test
  void isOneStreamUntilTheEnd() throws IOException {
    var typed = new Typed();
    typed.add(UTF_8.encode("lb"));
    typed.add(UTF_8.encode("\n"));
    typed.end();

    assertEquals('l', typed.read());
    assertArrayEquals("b\n".getBytes(UTF_8), typed.readAllBytes());
    assertEquals(-1, typed.read());
  }

  @Test
  void endsWithAnEmptyInput() throws IOException {
    var typed = new Typed();
    typed.add(UTF_8.encode(""));

    assertEquals(-1, typed.read());
    assertEquals(-1, typed.read());
  }
}
