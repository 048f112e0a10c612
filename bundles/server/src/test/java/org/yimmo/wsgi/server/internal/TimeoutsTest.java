package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** That the timers of sessions run; what they do is told by the tests of the session. */
class TimeoutsTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  @Test
  void closesAConnectionWithoutARequest() throws Exception {
    try (var server = new TestServer.Builder().idleTimeout(SHORT).open(TestWorker::path);
        var client = server.connect()) {
      assertTrue(client.closed());
    }
  }

  @Test
  void closesAnIdleConnection() throws Exception {
    try (var server = new TestServer.Builder().idleTimeout(SHORT).open(TestWorker::path);
        var client = server.connect()) {
      assertEquals("/a", client.get("/a").response().content());

      assertTrue(client.closed());
    }
  }

  @Test
  void refusesASlowHead() throws Exception {
    try (var server = new TestServer.Builder().headerTimeout(SHORT).open(TestWorker::path);
        var client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost");

      assertEquals(408, client.response().status());
      assertTrue(client.closed());
    }
  }

  @Test
  void refusesASlowContent() throws Exception {
    try (var server = new TestServer.Builder().bodyTimeout(SHORT).open(TestWorker::path);
        var client = server.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");

      assertEquals(408, client.response().status());
      assertTrue(client.closed());
    }
  }
}
