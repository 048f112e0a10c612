package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §10.1.1. */
class ExpectContinueTest {
  private static final String HEAD =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  private final Client client = new Client();

  @Test
  void asksTheClientToContinue() {
    client.send(HEAD);
    assertEquals(CONTINUE, client.got());

    client.send("hello");

    assertEquals("hello", Client.text(client.exchange().request().content()));
  }

  @Test
  void saysNothingToAClientThatGoesOnAtOnce() {
    client.send(HEAD + "h");
    client.send("ello");

    assertEquals("", client.got());
    assertEquals("hello", Client.text(client.exchange().request().content()));
  }

  @Test
  void saysNothingWhenThereIsNoContent() {
    client.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").answer();

    assertEquals(Client.ok("/"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void saysNothingToHttp10() {
    client.send("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

    assertEquals("", client.got());
  }

  @Test
  void continuesAfterTheEarlierResponses() {
    client.get("/1").send(HEAD);
    assertEquals("", client.got());

    client.answer();

    assertEquals(Client.ok("/1") + CONTINUE, client.got());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "100-continue, x", "100-continue\r\nExpect: x", "", "101-continue"})
  void refusesOtherExpectations(String value) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: " + value + "\r\n\r\n");

    assertTrue(client.wasRefusedWith(417));
  }

  @Test
  void givesTheClientItsTimeFromTheContinueOn() {
    client.get("/1").send(HEAD);
    client.waits(Client.LIMITS.bodyTimeout().multipliedBy(2));
    client.answer();
    client.got();

    client.waits(Client.LIMITS.bodyTimeout().minusNanos(1));
    assertEquals("", client.got());
    client.waits(Client.LIMITS.bodyTimeout().minusNanos(1));

    assertTrue(client.wasRefusedWith(408));
  }
}
