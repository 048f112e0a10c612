package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a client may take; {@link Client#LIMITS} has the figures. */
class TimeoutsTest {
  private static final Duration ALMOST = Duration.ofMillis(4_999);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Client client = new Client();

  @Test
  void closesAConnectionWithoutARequest() {
    client.waits(ALMOST);
    assertFalse(client.closed);

    client.waits(SECOND);

    assertTrue(client.closed);
    assertEquals("", client.got());
  }

  @Test
  void closesAnIdleConnection() {
    client.waits(ALMOST);
    client.get("/").answer();
    client.waits(ALMOST);
    assertTrue(client.survives());

    client.waits(ALMOST);
    assertFalse(client.closed);
    client.waits(SECOND);

    assertTrue(client.closed);
  }

  @Test
  void givesApplicationsAllTheTime() {
    client.get("/");

    client.waits(Duration.ofHours(1));
    client.answer();

    assertEquals(Client.ok("/"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void refusesAHeadThatComesTooSlowly() {
    client.send("GET / HTTP/1.1\r\n");
    client.waits(ALMOST);
    client.send("Host: a\r\n");
    client.waits(ALMOST);
    assertEquals("", client.got());

    client.waits(SECOND);

    assertTrue(client.wasRefusedWith(408));
  }

  @Test
  void countsEachHeadFromItsFirstOctet() {
    client.send("GET / HTTP/1.1\r\n");
    client.waits(ALMOST.multipliedBy(2));
    client.send("Host: a\r\n\r\n").answer().send("G");
    client.got();
    client.waits(ALMOST.multipliedBy(2));
    assertEquals("", client.got());

    client.waits(SECOND);

    assertTrue(client.wasRefusedWith(408));
  }

  @Test
  void refusesAContentThatPausesTooLong() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    client.waits(Duration.ofSeconds(29));
    client.send("he");
    client.waits(Duration.ofSeconds(29));
    client.send("l");
    assertEquals("", client.got());

    client.waits(Duration.ofSeconds(31));

    assertTrue(client.wasRefusedWith(408));
  }

  @Test
  void resetsAClientThatTakesNothing() {
    client.get("/");
    var exchange = client.exchange();
    client.respond(Client.start(exchange, 1000, "hel"));
    client.takesNothing();
    client.waits(Duration.ofSeconds(59));
    client.takesSome();
    client.waits(SECOND);
    client.waits(Duration.ofSeconds(59));
    assertFalse(client.wasReset);

    client.waits(SECOND);

    assertTrue(client.wasReset);
    assertTrue(exchange.abandoned());
  }

  @Test
  void keepsAClientThatTakesSlowlyAndIsIdle() {
    client.get("/").answer();
    client.takesNothing();

    client.waits(Duration.ofSeconds(6));
    client.waits(Duration.ofSeconds(6));
    assertFalse(client.closed || client.wasReset);
    client.takesAll();

    assertTrue(client.survives());
  }

  @Test
  void lingersForAWhileOnly() {
    client.send("BAD\r\n\r\n");
    assertTrue(client.wasRefusedWith(400));
    assertFalse(client.closed);

    client.waits(Duration.ofSeconds(5));

    assertTrue(client.closed);
  }
}
