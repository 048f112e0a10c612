package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a session tells people of itself and its requests. */
class SummaryTest {
  private final Client client = new Client();

  @Test
  void isIdleBeforeARequestAndAfterItsAnswer() {
    assertEquals(SessionSummary.State.IDLE, client.session.summary().state());

    client.get("/1").answer();

    assertEquals(SessionSummary.State.IDLE, client.session.summary().state());
    assertEquals(1, client.session.summary().requests());
    assertEquals(List.of(), client.session.exchanges());
  }

  @Test
  void receivesUntilTheRequestIsWhole() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");

    assertEquals(SessionSummary.State.RECEIVING, client.session.summary().state());
    assertEquals(0, client.session.summary().requests());
  }

  @Test
  void tellsHowFarItsRequestsAre() {
    client.get("/1").get("/2");
    var first = client.exchange();

    assertEquals(SessionSummary.State.ANSWERING, client.session.summary().state());
    assertEquals(2, client.session.summary().inFlight());
    assertEquals(
        List.of("/1 RUNNING", "/2 WAITING"),
        client.session.exchanges().stream()
            .map(one -> one.exchange().request().target() + " " + one.state())
            .toList());
    client.respond(Client.whole(first, "one"));
  }
}
