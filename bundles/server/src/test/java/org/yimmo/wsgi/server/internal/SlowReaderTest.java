package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** A client that does not read holds up its own worker, and nobody else. */
class SlowReaderTest {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int CHUNKS = 1024;

  private final AtomicLong produced = new AtomicLong();
  private final CountDownLatch waiting = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private void produce(Exchange exchange, ExchangeQueues queues) {
    queues.respond(
        new ResponsePart.Start(
            exchange,
            new ResponseHead(200, "OK", Fields.none(), (long) CHUNKS * CHUNK_BYTES),
            ByteBuffer.allocate(0)));
    for (int i = 0; i < CHUNKS; i++) {
      if (!exchange.tryTakeCredit(CHUNK_BYTES)) {
        waiting.countDown();
        if (!exchange.takeCredit(CHUNK_BYTES)) {
          break;
        }
      }
      queues.respond(new ResponsePart.More(exchange, ByteBuffer.allocate(CHUNK_BYTES)));
      produced.addAndGet(CHUNK_BYTES);
    }
    queues.respond(new ResponsePart.End(exchange));
    ended.countDown();
  }

  private void produceOrAnswer(Exchange exchange, ExchangeQueues queues) {
    if (exchange.request().path().equals("/slow")) {
      produce(exchange, queues);
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
      assertTrue(waiting.await(10, TimeUnit.SECONDS));

      for (int i = 0; i < 20; i++) {
        assertEquals("/again", fast.get("/again").response().content());
      }
      assertTrue(produced.get() < (long) CHUNKS * CHUNK_BYTES);

      assertEquals((long) CHUNKS * CHUNK_BYTES, slow.response().content().length());
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
      assertTrue(waiting.await(10, TimeUnit.SECONDS));

      assertTrue(ended.await(10, TimeUnit.SECONDS)); // its worker is free again
      assertTrue(slow.wasReset());
    }
  }

  @Test
  void freesItsWorkerWhenItLeaves() throws Exception {
    try (var server = new TestServer.Builder().open(this::produceOrAnswer)) {
      try (var slow = server.connectWithSmallBuffer()) {
        slow.get("/slow");
        assertTrue(waiting.await(10, TimeUnit.SECONDS));
      }

      assertTrue(ended.await(10, TimeUnit.SECONDS));
      try (var next = server.connect()) {
        assertTrue(next.survives());
      }
    }
  }
}
