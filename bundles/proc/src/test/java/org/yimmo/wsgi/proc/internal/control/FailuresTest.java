package org.yimmo.wsgi.proc.internal.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a worker says of the applications that it cannot load. */
class FailuresTest {
  @Test
  void arriveAsTheyWereSaid() throws Exception {
    var failures = Map.of("shop", "Traceback\n  é%\r\nno module", "news", "");

    var message = Message.decoded(Failures.message("prepared", failures).encoded());

    assertEquals("prepared", message.word());
    assertEquals(failures, Failures.in(message));
  }

  @Test
  void areNoneWhereNothingFailed() throws Exception {
    assertEquals(
        Map.of(), Failures.in(Message.decoded(Failures.message("ready", Map.of()).encoded())));
  }

  @Test
  void fitIntoAFrameAndKeepTheEndsOfTheirMessages() {
    var failures = new HashMap<String, String>();
    for (int i = 0; i < 20; i++) {
      failures.put("application" + i, "%€".repeat(500_000) + "the reason " + i);
    }

    var message = Failures.message("prepared", failures);

    assertTrue(message.encoded().length <= Connection.MAX_MESSAGE_BYTES);
    var said = Failures.in(message);
    assertEquals(failures.keySet(), said.keySet());
    for (int i = 0; i < 20; i++) {
      assertTrue(said.get("application" + i).endsWith("the reason " + i));
    }
  }
}
