package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.context.internal.Calls.TEXT;
import static org.yimmo.wsgi.context.internal.Calls.bytes;
import static org.yimmo.wsgi.context.internal.Calls.call;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ResponseHead;

/** Chunks of {@link Application#LARGE_CHUNK_BYTES} and more. */
class LargeContentTest {
  private static final String BLOCK = "b".repeat(ContentBlocks.BLOCK_BYTES);
  private static final String LARGE = "c".repeat(Application.LARGE_CHUNK_BYTES);
  private static final String LARGER = "d".repeat(ContentBlocks.BLOCK_BYTES / 4);

  private static Application answering(String... chunks) {
    return (_, startResponse) -> {
      startResponse.start("200 OK", TEXT);
      return List.of(chunks).stream().map(Calls::bytes).toList();
    };
  }

  private final ContentBlocks blocks = new ContentBlocks(2);

  private Exchange exchange(int windowBytes) {
    return Calls.exchange("GET", windowBytes, blocks);
  }

  @Test
  void areCopiedIntoBlocks() {
    var answer =
        call(exchange(1024 * 1024), answering(BLOCK + BLOCK + "rest", "more", LARGE, LARGER));

    assertEquals(
        List.of(
            "start ",
            "block " + BLOCK,
            "block " + BLOCK,
            "block rest",
            "more more",
            "more " + LARGE,
            "block " + LARGER,
            "end"),
        answer.parts());
    assertEquals(ResponseHead.UNKNOWN_LENGTH, answer.head().contentLength());
    assertEquals(0, blocks.inUse());
  }

  @Test
  void haveALengthWhenThereIsOnlyOne() {
    var answer = call(exchange(1024), answering(LARGE));

    assertEquals(List.of("whole in block " + LARGE), answer.parts());
    assertEquals(0, blocks.inUse());
    assertEquals(LARGE.length(), answer.head().contentLength());
  }

  /** Also when they are all the response: the client may have many more on their way. */
  @Test
  void takeCreditBlockByBlock() throws Exception {
    var exchange = exchange(ContentBlocks.BLOCK_BYTES);
    exchange.tryTakeCredit(1);
    var worker = Thread.ofPlatform().start(() -> call(exchange, answering(BLOCK + BLOCK)));
    while (!exchange.waitsForClient()) {
      Thread.onSpinWait();
    }
    assertEquals(0, blocks.inUse());

    exchange.returnCredit(1);

    assertTrue(worker.join(Duration.ofSeconds(60)));
  }

  @Test
  void leaveTheirMemoryToTheApplication() {
    assertEquals(List.of("start ", "block 1", "block 2", "end"), partsOfOneMemory(LARGER));
    assertEquals(List.of("start 1", "more 2", "end"), partsOfOneMemory(LARGE));
  }

  /** The response of an application that writes its next chunk over the last one. */
  private List<String> partsOfOneMemory(String content) {
    var memory = bytes(content);

    var answer =
        call(
            exchange(1024 * 1024),
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              return () -> new Overwriting(memory);
            });

    return answer.parts().stream().map(part -> part.replace(content.substring(1), "")).toList();
  }

  /** Gives the same memory twice, with another first octet. */
  private static final class Overwriting implements Iterator<ByteBuffer> {
    private final ByteBuffer memory;
    private int count;

    Overwriting(ByteBuffer memory) {
      this.memory = memory;
    }

    @Override
    public boolean hasNext() {
      memory.put(0, (byte) '3');
      return count < 2;
    }

    @Override
    public ByteBuffer next() {
      count++;
      memory.put(0, (byte) ('0' + count));
      return memory.duplicate();
    }
  }
}
