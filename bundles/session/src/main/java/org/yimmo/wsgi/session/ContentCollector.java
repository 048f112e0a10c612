package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.ContentBlocks.Block;

/**
 * Collects the content of one request: while it is small on the heap, then in blocks, and in a
 * temporary file beyond a limit or when no blocks are left.
 */
final class ContentCollector {
  private static final int FIRST_BYTES = 8 * 1024;
  private static final int MOST_ON_HEAP_BYTES = 32 * 1024;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final int memoryBytes;
  private final ContentBlocks pool;
  private final Spool spool;
  private final Spool.Progress progress;

  private ByteBuffer small; // all of the content while there are no blocks
  private final List<Block> blocks = new ArrayList<>(0); // what was not yet given to the file
  private Spool.Upload upload; // null while all is in memory
  private long length;

  /**
   * @param expectedBytes what Content-Length announces; 0: unknown
   * @param memoryBytes a longer content goes to a file
   * @param progress hears of a content that went to a file
   */
  ContentCollector(
      long expectedBytes,
      int memoryBytes,
      ContentBlocks pool,
      Spool spool,
      Spool.Progress progress) {
    this.memoryBytes = memoryBytes;
    this.pool = pool;
    this.spool = spool;
    this.progress = progress;
    // memory grows with what arrives: an announcement costs the client nothing
    var first = expectedBytes > 0 ? Math.min(expectedBytes, FIRST_BYTES) : FIRST_BYTES;
    small = ByteBuffer.allocate((int) first);
  }

  /** Octets of content so far. */
  long length() {
    return length;
  }

  void add(byte[] octets, int from, int count) {
    length += count;
    if (length <= Math.min(memoryBytes, MOST_ON_HEAP_BYTES)) {
      reserve((int) length);
      small.put(octets, from, count);
      return;
    }
    if (upload == null && length > memoryBytes) {
      upload = spool.begin(progress);
    }
    if (small.position() > 0) {
      addToBlocks(small.array(), 0, small.position());
      small = NOTHING;
    }
    addToBlocks(octets, from, from + count);
  }

  private void reserve(int capacity) {
    if (capacity > small.capacity()) {
      var enough = Math.max(2 * small.capacity(), capacity);
      small = ByteBuffer.allocate(enough).put(small.flip());
    }
  }

  private void addToBlocks(byte[] octets, int from, int end) {
    for (int at = from; at < end; ) {
      var bytes = blockWithRoom().bytes();
      var count = Math.min(end - at, bytes.remaining());
      bytes.put(octets, at, count);
      at += count;
    }
  }

  private Block blockWithRoom() {
    if (blocks.isEmpty() || !blocks.getLast().bytes().hasRemaining()) {
      blocks.add(nextBlock());
    }
    return blocks.getLast();
  }

  private Block nextBlock() {
    if (upload == null) {
      var block = pool.tryTake();
      if (block.isPresent()) {
        return block.get();
      }
      upload = spool.begin(progress);
    }
    writeBlocks();
    return pool.take(ContentBlocks.BLOCK_BYTES);
  }

  private void writeBlocks() {
    blocks.forEach(upload::write);
    blocks.clear();
  }

  /** Whether the disk is behind, so that no more should be read. */
  boolean backlogged() {
    return upload != null && upload.backlogged();
  }

  /**
   * The content is complete.
   *
   * @return whether it is in memory, to be had from {@link #inMemory}; if not, the progress hears
   *     of it when it is in its file
   */
  boolean finish() {
    if (upload == null) {
      return true;
    }
    writeBlocks();
    upload.finish(length);
    return false;
  }

  /** <em>Owner:</em> the receiver. */
  Content inMemory() {
    if (blocks.isEmpty()) {
      return new Content.Memory(small.flip());
    }
    blocks.forEach(block -> block.bytes().flip());
    var content = new Content.InBlocks(blocks);
    blocks.clear();
    return content;
  }

  /** The content is not wanted any more, complete or not. */
  void release() {
    blocks.forEach(Block::release);
    blocks.clear();
    if (upload != null) {
      upload.release();
    }
  }
}
