package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How large a request may be; {@link Client#LIMITS} has the figures. */
class LimitsTest {
  private final Client client = new Client();

  @Test
  void acceptsTheLongestRequestLine() {
    client.get("/" + "a".repeat(86)).answer();

    assertTrue(client.survives());
  }

  @Test
  void refusesALongerRequestLine() {
    client.get("/" + "a".repeat(87));

    assertTrue(client.wasRefusedWith(414));
  }

  @Test
  void refusesALongerRequestLineBeforeItsEnd() {
    client.send("GET /" + "a".repeat(98));

    assertTrue(client.wasRefusedWith(414));
  }

  @Test
  void acceptsTheLargestFields() {
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(184) + "\r\n\r\n").answer();

    assertTrue(client.survives());
  }

  @Test
  void refusesLargerFields() {
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(185) + "\r\n\r\n");

    assertTrue(client.wasRefusedWith(431));
  }

  @Test
  void refusesLargerFieldsBeforeTheirEnd() {
    client.send("GET / HTTP/1.1\r\n").send("X: y\r\n".repeat(34));

    assertTrue(client.wasRefusedWith(431));
  }

  @Test
  void acceptsTheLargestContent() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    client.send("x".repeat(1000));
    client.disk();

    var content = client.exchange().request().content();
    assertEquals("x".repeat(1000), Client.text(content));
    content.close();
  }

  @Test
  void refusesALargerContentBeforeReadingIt() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");

    assertTrue(client.wasRefusedWith(413));
  }

  @Test
  void asksNoClientToContinueWithALargerContent() {
    client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");

    assertTrue(client.wasRefusedWith(413));
  }

  @Test
  void refusesALengthBeyondAllNumbers() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n");

    assertTrue(client.wasRefusedWith(413));
  }

  @Test
  void refusesALargerChunkedContent() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("1f4\r\n" + "x".repeat(500) + "\r\n");

    client.send("1f5\r\n");

    assertTrue(client.wasRefusedWith(413));
  }

  @Test
  void refusesAChunkSizeBeyondAllNumbers() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    client.send("1" + "0".repeat(16) + "\r\n");

    assertTrue(client.wasRefusedWith(413));
  }

  @Test
  void refusesEndlessChunkExtensions() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    client.send("1;" + "x".repeat(5000));

    assertTrue(client.wasRefusedWith(400));
  }

  @Test
  void refusesLargeTrailers() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");

    client.send("X: y\r\n".repeat(34));

    assertTrue(client.wasRefusedWith(431));
  }

  @Test
  void dropsWhatIsLeftOfARefusedContentUntilTheClientCloses() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
    client.send("x".repeat(500));
    assertTrue(client.wasRefusedWith(413));
    assertFalse(client.closed);

    client.send("x".repeat(501));
    client.endsInput();

    assertTrue(client.closed);
  }
}
