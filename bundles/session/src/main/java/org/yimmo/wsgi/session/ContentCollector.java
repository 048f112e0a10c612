package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.yimmo.wsgi.exchange.Content;

/** Collects the content of one request: in memory up to a limit, beyond it in a temporary file. */
final class ContentCollector {
  private static final int FIRST_BYTES = 8 * 1024;
  private static final int BLOCK_BYTES = 64 * 1024;

  private final int memoryBytes;
  private final Spool spool;
  private final Spool.Progress progress;

  private byte[] block; // all of the content, or what was not yet given to the file
  private int blockLength;
  private Spool.Upload upload; // null while all is in memory
  private long length;

  /**
   * @param expectedBytes what Content-Length announces; 0: unknown
   * @param progress hears of a content that went to a file
   */
  ContentCollector(long expectedBytes, int memoryBytes, Spool spool, Spool.Progress progress) {
    this.memoryBytes = memoryBytes;
    this.spool = spool;
    this.progress = progress;
    // memory grows with what arrives: an announcement costs the client nothing
    var first = expectedBytes > 0 ? Math.min(expectedBytes, FIRST_BYTES) : FIRST_BYTES;
    block = new byte[(int) first];
  }

  /** Octets of content so far. */
  long length() {
    return length;
  }

  void add(byte[] octets, int from, int count) {
    length += count;
    if (upload == null && length <= memoryBytes) {
      reserve(blockLength + count);
      System.arraycopy(octets, from, block, blockLength, count);
      blockLength += count;
    } else {
      if (upload == null) {
        upload = spool.begin(progress);
      }
      addToUpload(octets, from, from + count);
    }
  }

  private void reserve(int capacity) {
    if (capacity > block.length) {
      var enough = Math.max(2L * block.length, capacity);
      block = Arrays.copyOf(block, (int) Math.min(enough, memoryBytes));
    }
  }

  private void addToUpload(byte[] octets, int from, int end) {
    for (int at = from; at < end; ) {
      if (blockLength == block.length) {
        upload.write(block, blockLength);
        block = new byte[BLOCK_BYTES];
        blockLength = 0;
      }
      var count = Math.min(end - at, block.length - blockLength);
      System.arraycopy(octets, at, block, blockLength, count);
      blockLength += count;
      at += count;
    }
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
    upload.write(block, blockLength);
    upload.finish(length);
    return false;
  }

  Content inMemory() {
    return new Content.Memory(ByteBuffer.wrap(block, 0, blockLength));
  }

  /** The content is not wanted any more, complete or not. */
  void release() {
    if (upload != null) {
      upload.release();
    }
  }
}
