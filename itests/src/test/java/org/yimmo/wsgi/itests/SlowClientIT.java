package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Every wait for a client has an end. */
class SlowClientIT {
  private static Server server;

  @BeforeAll
  static void start() {
    server =
        Yimmo.serving(
                "switchboard:application",
                "--header-timeout",
                "1",
                "--body-timeout",
                "1",
                "--write-timeout",
                "1",
                "--idle-timeout",
                "2")
            .start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /hel", "GET /hello HTTP/1.1\r\nHost: a\r\nX-Y"})
  void endsWaitingForAHead(String begun) {
    try (var wire = server.connect()) {
      var reply = wire.send(begun).reply();

      assertEquals(408, reply.status());
      assertTrue(wire.ended());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 10\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\na",
      })
  void endsWaitingForContent(String begun) {
    try (var wire = server.connect()) {
      var reply = wire.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + begun).reply();

      assertEquals(408, reply.status());
      assertTrue(wire.ended());
    }
  }

  @Test
  void closesAConnectionThatNeverAsks() {
    try (var wire = server.connect()) {
      assertTrue(wire.ended());
    }
  }

  @Test
  void closesAnIdleConnection() {
    try (var wire = server.connect()) {
      assertTrue(wire.survives());

      assertTrue(wire.ended());
    }
  }

  @Test
  void endsWaitingForAClientThatDoesNotRead() {
    try (var wire = Wire.slowlyTo(server.port())) {
      wire.send(get("/closing/endless/unread")).head();

      Await.until(
          "close() of the iterable",
          () -> server.get("/closing/count/endless/unread").content().equals("1"));
    }
  }

  @Test
  void doesNotTakeASlowApplicationForASlowClient() {
    try (var wire = server.connect()) {
      assertEquals("slow\n", wire.send(get("/slow/3")).reply().content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void manyHalfRequestsHoldUpNobody() {
    var half = new ArrayList<Wire>();
    try {
      for (var i = 0; i < 200; i++) {
        half.add(server.connect().send("GET /hel"));
      }

      assertEquals(200, server.get("/hello").status());
    } finally {
      half.forEach(Wire::close);
    }
    assertEquals(List.of(200), List.of(server.get("/hello").status()));
  }
}
