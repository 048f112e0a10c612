package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a session ends when the server stops. */
class DrainTest {
  private final Client client = new Client();

  @Test
  void closesAnIdleConnectionSoon() {
    client.get("/").answer();

    client.session.drain();
    assertFalse(client.closed);
    client.waits(Duration.ofMillis(1_100));

    assertTrue(client.closed);
  }

  @Test
  void answersARequestThatWasOnItsWay() {
    client.session.drain();

    client.waits(Duration.ofMillis(500));
    client.get("/").answer();

    assertEquals(Client.okAndClose("/"), client.got());
    assertTrue(client.outputEnded || client.closed);
  }

  @Test
  void finishesWhatIsInFlightAndSaysThatItCloses() {
    client.get("/1").get("/2");

    client.session.drain();
    assertFalse(client.closed);
    client.answer().answer();

    assertEquals(Client.ok("/1") + Client.okAndClose("/2"), client.got());
    assertTrue(client.outputEnded);
  }

  @Test
  void finishesAResponseWhoseHeadWasSent() {
    client.get("/");
    var exchange = client.exchange();
    client.respond(Client.start(exchange, 5, "he"));

    client.session.drain();
    client.respond(Client.more(exchange, "llo"), Client.end(exchange));

    assertTrue(client.got().endsWith("hello"));
    client.waits(Duration.ofMillis(1_100));
    assertTrue(client.closed);
  }

  @Test
  void finishesARequestThatHasBegun() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Le");

    client.session.drain();
    client.send("ngth: 5\r\n\r\nhe");
    client.send("llo").answer();

    assertEquals(Client.okAndClose("/"), client.got());
    assertTrue(client.outputEnded);
  }

  @Test
  void lingersNoLongerThanASecondAlsoWhenItBeganBefore() {
    client.send("BAD\r\n\r\n");
    assertFalse(client.closed);

    client.session.drain();
    client.waits(Duration.ofMillis(1_500));

    assertTrue(client.closed);
  }
}
