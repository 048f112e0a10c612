package org.yimmo.wsgi.console.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTest {
  @Test
  void asksForOneCommand() throws IOException {
    var request = Request.parse(Request.ofCommand("echo 100%\nlb"));

    assertEquals(Optional.of("echo 100%\nlb"), request.command());
    assertEquals(Optional.empty(), request.terminal());
    assertEquals(0, request.columns());
  }

  @Test
  void tellsTheTerminal() throws IOException {
    assertEquals(
        new Request(Optional.empty(), Optional.of("xterm"), 132, 43),
        Request.parse("terminal=xterm\ncolumns=132\nrows=43\n"));
  }

  @Test
  void takesASizeThatMakesNoSenseForUnknown() throws IOException {
    assertEquals(0, Request.parse("columns=-1").columns());
    assertEquals(0, Request.parse("columns=99999999999").columns());
  }

  @Test
  void refusesALineWithoutAKey() {
    assertThrows(IOException.class, () -> Request.parse("lb"));
  }
}
