package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.Upgrade;
import org.yimmo.wsgi.exchange.WebSocketLink;
import org.yimmo.wsgi.exchange.WebSocketLink.Event;

/** A session that becomes a WebSocket, from the handshake to the end. */
class WebSocketTest {
  private static final String HANDSHAKE =
      lines(
          "GET /s HTTP/1.1",
          "Host: a",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version: 13");
  private static final Limits LIMITS =
      new Limits(
          100,
          1000,
          1000,
          500,
          4,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  private final Client client = new Client(LIMITS);
  private final List<Event> events = new ArrayList<>();
  private boolean released;
  private final WebSocketLink link =
      new WebSocketLink(
          new WebSocketLink.Settings(
              "", 1000, 100, Duration.ofSeconds(10), Duration.ofSeconds(25), false),
          () -> {},
          () -> released = true);

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private void open() {
    client.send(HANDSHAKE + "\r\n");
    client.respond(new ResponsePart.Upgraded(client.exchange(), link));
    client.got();
    serve();
    events.clear();
  }

  /** Plays the worker until nothing is left to do. */
  private void serve() {
    while (client.hasExchange()) {
      var delivery = client.exchange();
      for (var event = link.poll(); event.isPresent(); event = link.poll()) {
        events.add(event.get());
      }
      client.respond(Client.end(delivery));
    }
  }

  private void send(Frames frames) {
    client.send(new String(frames.octets(), ISO_8859_1));
  }

  private static Event closed(int code) {
    return new Event.Closed(code, "");
  }

  @Test
  void answersTheHandshakeOfTheRfc() {
    client.send(HANDSHAKE + "\r\n");

    client.respond(new ResponsePart.Upgraded(client.exchange(), link));

    assertEquals(
        lines(
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ""),
        client.got());
  }

  @Test
  void leavesTheDecisionToTheApplication() {
    client.send(HANDSHAKE + "\r\n").answer();

    assertEquals(Client.ok("/s"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void judgesHandshakes() {
    assertEquals(Upgrade.WEB_SOCKET, judged(HANDSHAKE));
    assertEquals(Upgrade.WEB_SOCKET, judged(HANDSHAKE.replace("websocket", "h2c, WebSocket")));
    assertEquals(
        Upgrade.WEB_SOCKET, judged(HANDSHAKE.replace(": Upgrade", ": keep-alive, upgrade")));
    assertEquals(Upgrade.NONE, judged(HANDSHAKE.replace("HTTP/1.1", "HTTP/1.0")));
    assertEquals(Upgrade.NONE, judged(HANDSHAKE.replace("websocket", "h2c")));
    assertEquals(Upgrade.BAD, judged(HANDSHAKE.replace(": Upgrade", ": keep-alive")));
    assertEquals(Upgrade.BAD, judged(HANDSHAKE.replace("GET", "POST")));
    assertEquals(Upgrade.BAD, judged(HANDSHAKE.replace("jZQ==", "jZQ=")));
    assertEquals(Upgrade.BAD, judged(HANDSHAKE.replace("ZQ==", "!!==")));
    assertEquals(Upgrade.BAD, judged(HANDSHAKE.replace("Sec-WebSocket-Version: 13\r\n", "")));
    assertEquals(Upgrade.OTHER_VERSION, judged(HANDSHAKE.replace(": 13", ": 8")));
  }

  private static Upgrade judged(String head) {
    return new Client(LIMITS).send(head + "\r\n").exchange().upgrade();
  }

  @Test
  void deliversInOrder() {
    client.send(HANDSHAKE + "\r\n");
    client.respond(new ResponsePart.Upgraded(client.exchange(), link));
    send(Frames.of().frame(0x81, "a").frame(0x81, "b"));

    serve();

    assertEquals(3, events.size());
    assertEquals(new Event.Opened(), events.getFirst());
    assertEquals('b', ((Event.Message) events.getLast()).content()[0]);
  }

  @Test
  void sendsWhatTheApplicationSends() {
    open();

    assertTrue(link.send(0x81, new byte[] {'h', 'i'}));

    assertEquals("\u0081\u0002hi", client.got());
    assertEquals(0, link.pendingBytes());
  }

  @Test
  void answersPings() {
    open();

    send(Frames.of().frame(0x89, "x"));

    assertEquals("\u008A\u0001x", client.got());
  }

  @Test
  void repeatsTheCloseOfTheClient() {
    open();

    send(Frames.of().hex(0x88, "03e8"));
    serve();

    assertEquals("\u0088\u0002\u0003\u00E8", client.got());
    assertEquals(List.of(closed(1000)), events);
    assertTrue(client.closed);
    assertFalse(link.send(0x81, new byte[1]));
  }

  @Test
  void closesWhenTheClientHasAnsweredItsClose() {
    open();
    link.close(4000, "bye");
    assertEquals("\u0088\u0005\u000F\u00A0bye", client.got());
    assertFalse(client.closed);

    send(Frames.of().frame(0x81, "late").hex(0x88, "0fa0"));
    serve();

    assertTrue(client.closed);
    assertEquals(List.of(new Event.Closed(4000, "bye")), events);
  }

  @Test
  void doesNotWaitLongForTheCloseOfTheClient() {
    open();
    link.close(1000, "");

    client.waits(Duration.ofSeconds(5));

    assertTrue(client.closed || client.outputEnded);
  }

  @Test
  void failsWhenTheClientBreaksARule() {
    open();

    send(Frames.of().raw("8100"));
    serve();

    assertTrue(client.got().startsWith("\u0088\u0010\u0003\u00EAunmasked frame"));
    assertTrue(client.outputEnded);
    assertEquals(1002, ((Event.Closed) events.getFirst()).code());
  }

  @Test
  void reportsAClientThatHasGone() {
    open();

    client.leaves();
    serve();

    assertEquals(List.of(closed(1006)), events);
  }

  @Test
  void givesUpAClientThatDoesNotRead() {
    open();
    client.takesNothing();

    assertTrue(link.send(0x82, new byte[90]));
    assertFalse(link.send(0x82, new byte[90]));
    serve();

    assertTrue(link.closed());
    client.takesAll();
    serve();
    assertEquals(1013, ((Event.Closed) events.getFirst()).code());
  }

  @Test
  void readsNothingWhileTheWorkerIsBehind() {
    open();
    var message = "x".repeat(1000);

    for (int i = 0; i < 300; i++) {
      send(Frames.of().frame(0x81, message));
    }

    assertTrue(client.readingPaused);
    serve();
    assertFalse(client.readingPaused);
    assertEquals(300, events.size());
  }

  @Test
  void pingsAndGivesUpWhoIsSilent() {
    open();

    client.waits(Duration.ofSeconds(10));
    assertEquals("\u0089\u0000", client.got());
    client.waits(Duration.ofSeconds(10));
    assertEquals("\u0089\u0000", client.got());
    client.waits(Duration.ofSeconds(5));

    assertTrue(client.got().startsWith("\u0088"));
  }

  @Test
  void goesAwayWhenTheServerStops() {
    open();

    client.session.drain();

    assertEquals("\u0088\u0002\u0003\u00E9", client.got());
    client.waits(Duration.ofSeconds(1));
    assertTrue(client.closed || client.outputEnded);
  }

  @Test
  void releasesTheLinkWhenTheClientLeftBeforeTheAnswer() {
    client.send(HANDSHAKE + "\r\n");
    var exchange = client.exchange();

    client.leaves();
    client.respond(new ResponsePart.Upgraded(exchange, link));

    assertTrue(released);
  }
}
