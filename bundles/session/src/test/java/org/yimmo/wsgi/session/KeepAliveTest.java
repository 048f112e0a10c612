package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §9.3: when a connection persists. */
class KeepAliveTest {
  private final Client client = new Client();

  @Test
  void persistsAfterHttp11Response() {
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").answer();

    assertEquals(Client.ok("/1"), client.got());
    assertTrue(client.survives());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: close",
        "connection: CLOSE",
        "Connection: keep-alive, close",
        "Connection: x-a\r\nConnection: close"
      })
  void closesAfterHttp11ResponseWhenAsked(String field) {
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n").answer();

    assertEquals(Client.okAndClose("/1"), client.got());
    assertTrue(client.closed);
  }

  @Test
  void closesAfterHttp10Response() {
    client.send("GET /1 HTTP/1.0\r\n\r\n").answer();

    assertEquals(Client.okAndClose("/1"), client.got());
    assertTrue(client.closed);
  }

  @Test
  void persistsAfterHttp10ResponseWhenAsked() {
    client.send("GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").answer();

    assertEquals(
        Client.ok("/1").replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void servesLaterMinorVersionsAsHttp11() {
    client.send("GET /1 HTTP/1.7\r\nHost: a\r\n\r\n");

    assertEquals("HTTP/1.1", client.queues.take().orElseThrow().request().protocol());
  }

  @Test
  void ignoresEmptyLinesBeforeARequest() {
    client.send("\r\n\r\n").send("\r").send("\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\n").answer();

    assertEquals(Client.ok("/1"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void dropsWhatFollowsTheLastRequestAndLetsTheClientReadItsResponse() {
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n");

    client.answer();

    assertEquals(Client.okAndClose("/1"), client.got());
    assertTrue(client.outputEnded);
    assertFalse(client.closed);
    client.endsInput();
    assertTrue(client.closed);
    assertFalse(client.hasExchange());
  }

  @Test
  void answersAClientThatHasEndedItsOutput() {
    client.get("/1").endsInput();

    client.answer();

    assertEquals(Client.ok("/1"), client.got());
    assertTrue(client.closed);
  }

  @Test
  void closesWhenTheClientEndsItsOutputWithinARequest() {
    client.send("GET /1 HT").endsInput();

    assertEquals("", client.got());
    assertTrue(client.closed);
  }

  @Test
  void closesWhenTheClientEndsItsOutputWithinAContent() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12").endsInput();

    assertEquals("", client.got());
    assertTrue(client.closed);
  }

  @Test
  void sharesTheFieldsOfEqualHeads() {
    client.get("/1").get("/2").get("/2");

    var first = client.exchange().request();
    var second = client.exchange().request();
    var third = client.exchange().request();

    assertEquals("/1", first.path());
    assertEquals("/2", second.path());
    assertEquals("/2", third.path());
    assertSame(first.fields(), second.fields());
    assertSame(second.fields(), third.fields());
  }
}
