package org.yimmo.wsgi.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentBlocksTest {
  private final ContentBlocks blocks = new ContentBlocks(2);

  @Test
  void areNoMoreThanAllowed() {
    assertTrue(blocks.tryTake().isPresent());
    assertTrue(blocks.tryTake().isPresent());

    assertTrue(blocks.tryTake().isEmpty());
    assertEquals(2, blocks.inUse());
  }

  @Test
  void areUsedAgain() {
    var block = blocks.take(ContentBlocks.BLOCK_BYTES);
    block.bytes().put((byte) 1).flip();
    block.release();

    var again = blocks.take(ContentBlocks.BLOCK_BYTES);

    assertEquals(1, again.bytes().get(0));
    assertEquals(ContentBlocks.BLOCK_BYTES, again.bytes().remaining());
    assertEquals(1, blocks.inUse());
  }

  @Test
  void areOfTheHeapWhenAllAreInUse() {
    blocks.take(ContentBlocks.BLOCK_BYTES);
    blocks.take(ContentBlocks.BLOCK_BYTES);

    var further = blocks.take(ContentBlocks.BLOCK_BYTES);
    further.release();

    assertFalse(further.bytes().isDirect());
    assertEquals(ContentBlocks.BLOCK_BYTES, further.bytes().remaining());
    assertTrue(blocks.tryTake().isEmpty());
  }

  @Test
  void areReleasedOnce() {
    var block = blocks.take(ContentBlocks.BLOCK_BYTES);
    block.release();
    var next = blocks.take(ContentBlocks.BLOCK_BYTES);

    assertThrows(IllegalStateException.class, block::release);

    assertEquals(1, blocks.inUse());
    next.release();
    assertEquals(0, blocks.inUse());
  }

  @Test
  void comeBackFromAnExchangeThatWasAbandoned() {
    var exchange = TestExchanges.exchange("/");
    exchange.abandon();

    new ExchangeQueues("worker", 4)
        .respond(new ResponsePart.Block(exchange, blocks.take(ContentBlocks.BLOCK_BYTES)));

    assertEquals(0, blocks.inUse());
  }

  @Test
  void comeBackOnceFromAContent() {
    var content =
        new Content.InBlocks(
            List.of(
                blocks.take(ContentBlocks.BLOCK_BYTES), blocks.take(ContentBlocks.BLOCK_BYTES)));

    content.close();
    content.close();

    assertEquals(0, blocks.inUse());
  }
}
