package org.yimmo.wsgi.server.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** A response in chunks, made as quickly as its credit allows, and how far it got. */
final class LargeResponse {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int CHUNKS = 1024;

  /** The length of the whole content. */
  static final long BYTES = (long) CHUNKS * CHUNK_BYTES;

  final AtomicLong produced = new AtomicLong(); // octets
  final CountDownLatch waiting = new CountDownLatch(1); // for credit
  final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param announced the Content-Length, or {@link ResponseHead#UNKNOWN_LENGTH}
   */
  void produce(Exchange exchange, ExchangeQueues queues, long announced) {
    queues.respond(
        new ResponsePart.Start(
            exchange,
            new ResponseHead(200, "OK", Fields.none(), announced),
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
}
