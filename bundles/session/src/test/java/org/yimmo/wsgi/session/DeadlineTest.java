package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Exchanges that run longer than they may, and those that wait behind them. */
class DeadlineTest {
  private final Client client = new Client();

  @Test
  void isAnsweredWith504InPlaceOfTheWorker() {
    client.get("/1");
    var exchange = client.exchange();

    expire(exchange);

    assertTrue(client.got().startsWith("HTTP/1.1 504 Gateway Timeout\r\n"));
    assertTrue(exchange.abandoned());
    assertEquals(504, client.logged.getFirst().status());
    client.respond(new ResponsePart.Abort(exchange)); // the worker is back
    assertTrue(client.survives());
  }

  private void expire(Exchange exchange) {
    client.queues.expire(exchange);
    client.respond();
  }

  @Test
  void dropsWhatTheWorkerStillSays() {
    client.get("/1");
    var exchange = client.exchange();
    expire(exchange);
    client.got();

    client.respond(Client.start(exchange, 5, "he"), Client.more(exchange, "llo"));
    client.respond(Client.end(exchange));

    assertEquals("", client.got());
    assertTrue(client.survives());
  }

  @Test
  void letsAResponseThatWasReadyPass() {
    client.get("/1");
    var exchange = client.exchange();
    client.queues.respond(Client.whole(exchange, "ready"));

    expire(exchange);

    assertEquals(Client.ok("ready"), client.got());
    assertTrue(client.survives());
  }

  @Test
  void breaksOffAResponseThatWasBegun() {
    client.get("/1");
    var exchange = client.exchange();
    client.respond(Client.start(exchange, 5, "he"));

    expire(exchange);

    assertTrue(client.got().endsWith("\r\n\r\nhe"));
    assertTrue(client.outputEnded);
    assertTrue(exchange.abandoned());
  }

  @Test
  void resetsAResponseWhoseEndIsTheEndOfTheConnection() {
    client.send("GET /1 HTTP/1.0\r\n\r\n");
    var exchange = client.exchange();
    client.respond(Client.start(exchange, -1, "he"));

    expire(exchange);

    assertTrue(client.wasReset);
  }

  @Test
  void keepsTheOrderOfPipelinedRequests() {
    client.get("/1").get("/2").get("/3");
    client.answer();
    var second = client.exchange();

    expire(second);
    client.respond(new ResponsePart.Abort(second)); // the worker is back
    client.answer();

    var got = client.got();
    assertTrue(got.startsWith(Client.ok("/1") + "HTTP/1.1 504 "), got);
    assertTrue(got.endsWith(Client.ok("/3")), got);
    assertTrue(client.survives());
  }

  @Test
  void doesNothingWhenTheClientHasLeft() {
    client.get("/1");
    var exchange = client.exchange();
    client.leaves();

    expire(exchange);

    assertEquals("", client.got());
  }

  @Test
  void answersWhatWaitedBehindAStuckWorkerWith503InTurn() {
    client.get("/1").get("/2").get("/3");
    var stuck = client.exchange();
    client.shared.workers().remove(client.queues);

    expire(stuck);
    client.queues.refuseWaiting();
    client.respond();

    var got = client.got();
    assertTrue(
        got.matches("(?s)HTTP/1.1 504 .*HTTP/1.1 503 .*Retry-After: 1.*HTTP/1.1 503 .*"), got);
    client.shared.workers().add(client.queues);
    client.respond(new ResponsePart.Abort(stuck));
    assertTrue(client.survives());
  }

  @Test
  void givesWhatWaitedBehindAStuckWorkerToAnother() {
    client.get("/stuck").get("/pipelined");
    var stuck = client.exchange();
    var other = client.connectAnother().get("/other");
    client.shared.workers().remove(client.queues);
    var free = new ExchangeQueues("free", 4);
    client.shared.workers().add(free);

    expire(stuck);
    client.queues.refuseWaiting();
    client.respond();
    var first = Client.exchange(free);
    Client.respond(free, Client.whole(first, "1"), Client.whole(Client.exchange(free), "2"));

    assertTrue(client.got().endsWith(Client.ok("1")));
    assertEquals(Client.ok("2"), other.got());
    assertEquals(0, client.shared.requestsInFlight());
  }

  @Test
  void releasesTheContentOfARefusedRequest(@TempDir Path folder) throws IOException {
    assertFalse(contentIsOpenAfterRefusal(folder, false));
  }

  @Test
  void releasesTheContentOfARefusedRequestWhoseClientHasLeft(@TempDir Path folder)
      throws IOException {
    assertFalse(contentIsOpenAfterRefusal(folder, true));
  }

  private static boolean contentIsOpenAfterRefusal(Path folder, boolean clientLeaves)
      throws IOException {
    var uploader = new Client(Client.LIMITS, folder);
    uploader.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" + "x".repeat(600));
    uploader.disk();
    var exchange = uploader.exchange();
    uploader.queues.offer(exchange);
    uploader.shared.workers().remove(uploader.queues);
    if (clientLeaves) {
      uploader.leaves();
    }

    uploader.queues.refuseWaiting();
    uploader.respond();
    uploader.disk();

    try (FileChannel file = ((Content.Spooled) exchange.request().content()).file()) {
      return file.isOpen();
    }
  }
}
