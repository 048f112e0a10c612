package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** The socket takes octets from blocks, which are filled anew as soon as it has them. */
class LargeContentTest {
  private static final int BLOCKS = 64;

  private final ContentBlocks blocks = new ContentBlocks(2);
  private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

  /** Blocks of one letter each. */
  private void produce(Exchange exchange, ExchangeQueues queues) {
    queues.respond(
        new ResponsePart.Start(
            exchange,
            new ResponseHead(200, "OK", Fields.none(), (long) BLOCKS * ContentBlocks.BLOCK_BYTES),
            ByteBuffer.allocate(0)));
    var served = true;
    for (int i = 0; i < BLOCKS && served; i++) {
      served = exchange.takeCredit(ContentBlocks.BLOCK_BYTES);
      if (served) {
        queues.respond(part(exchange, letters(i)));
      }
    }
    queues.respond(new ResponsePart.End(exchange));
    ends.add(served);
  }

  private ResponsePart part(Exchange exchange, String content) {
    var block = blocks.take(ContentBlocks.BLOCK_BYTES);
    block.bytes().put(content.getBytes(ISO_8859_1)).flip();
    return new ResponsePart.Block(exchange, block);
  }

  private static String letters(int number) {
    return Character.toString('A' + number % 26).repeat(ContentBlocks.BLOCK_BYTES);
  }

  private static String all() {
    var content = new StringBuilder(BLOCKS * ContentBlocks.BLOCK_BYTES);
    for (int i = 0; i < BLOCKS; i++) {
      content.append(letters(i));
    }
    return content.toString();
  }

  @Test
  void arrivesUnharmedAtASlowClient() throws Exception {
    try (var server = new TestServer.Builder().open(this::produce);
        var client = server.connectWithSmallBuffer()) {
      client.get("/");

      assertTrue(client.response().content().equals(all()));
      assertEquals(true, ends.poll(60, TimeUnit.SECONDS));
      assertTrue(client.survives());
    }
  }

  @Test
  void givesTheBlocksBackWhenTheClientLeaves() throws Exception {
    try (var server = new TestServer.Builder().open(this::produce)) {
      try (var leaving = server.connectWithSmallBuffer()) {
        leaving.get("/");
      }
      assertEquals(false, ends.poll(60, TimeUnit.SECONDS));
      try (var next = server.connect()) {
        assertTrue(next.survives()); // and the I/O thread has seen all parts for the other one
      }
    }

    assertEquals(0, blocks.inUse());
  }
}
