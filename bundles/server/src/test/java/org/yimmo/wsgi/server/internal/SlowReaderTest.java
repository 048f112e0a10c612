package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** A client that does not read holds up its own worker, and nobody else. */
class SlowReaderTest {

  private final LargeResponse large = new LargeResponse();

  private void produceOrAnswer(Exchange exchange, ExchangeQueues queues) {
    if (exchange.request().path().equals("/slow")) {
      large.produce(exchange, queues, LargeResponse.BYTES);
    } else {
      TestWorker.path(exchange, queues);
    }
  }

  @Test
  void waitsInItsWorkerWhileOthersAreServed() throws Exception {
    try (var server = new TestServer.Builder().open(this::produceOrAnswer, this::produceOrAnswer);
        var slow = server.connectWithSmallBuffer();
        var fast = server.connect()) {
      slow.get("/slow");
      assertTrue(large.waiting.await(10, TimeUnit.SECONDS));

      for (int i = 0; i < 20; i++) {
        assertEquals("/again", fast.get("/again").response().content());
      }
      assertTrue(large.produced.get() < LargeResponse.BYTES);

      assertEquals(LargeResponse.BYTES, slow.response().content().length());
      assertTrue(slow.survives());
    }
  }

  @Test
  void isGivenUpAfterTheWriteTimeout() throws Exception {
    try (var server =
            new TestServer.Builder()
                .writeTimeout(Duration.ofMillis(200))
                .open(this::produceOrAnswer);
        var slow = server.connectWithSmallBuffer()) {
      slow.get("/slow");
      assertTrue(large.waiting.await(10, TimeUnit.SECONDS));

      assertTrue(large.ended.await(10, TimeUnit.SECONDS)); // its worker is free again
      assertTrue(slow.wasReset());
    }
  }

  @Test
  void freesItsWorkerWhenItLeaves() throws Exception {
    try (var server = new TestServer.Builder().open(this::produceOrAnswer)) {
      try (var slow = server.connectWithSmallBuffer()) {
        slow.get("/slow");
        assertTrue(large.waiting.await(10, TimeUnit.SECONDS));
      }

      assertTrue(large.ended.await(10, TimeUnit.SECONDS));
      try (var next = server.connect()) {
        assertTrue(next.survives());
      }
    }
  }
}
