package org.yimmo.wsgi.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The content of a request, whole: it is collected before a worker sees it, so that no worker waits
 * for a slow upload.
 *
 * <p><em>Owner:</em> the exchange; the worker closes it when it is done with the exchange, the
 * server thread when no worker took the exchange.
 */
public sealed interface Content extends AutoCloseable {
  /** Length in octets, after transfer codings were removed. */
  long length();

  /** Releases what the content occupies. A second call does nothing. */
  @Override
  void close();

  /** No content. */
  static Content none() {
    return Memory.NONE;
  }

  /** Content in memory; {@code bytes} is read-only by agreement, from position to limit. */
  record Memory(ByteBuffer bytes) implements Content {
    private static final Memory NONE = new Memory(ByteBuffer.allocate(0));

    @Override
    public long length() {
      return bytes.remaining();
    }

    @Override
    public void close() {}
  }

  /** Content in blocks, which the close releases. */
  final class InBlocks implements Content {
    private final List<ContentBlocks.Block> blocks;
    private final long length;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param blocks in their order; <em>Owner:</em> the content
     */
    public InBlocks(List<ContentBlocks.Block> blocks) {
      this.blocks = List.copyOf(blocks);
      length = blocks.stream().mapToLong(block -> block.bytes().remaining()).sum();
    }

    /**
     * The octets, each buffer from position to limit and read-only by agreement; not touched any
     * more after the close.
     */
    public List<ByteBuffer> bytes() {
      return blocks.stream().map(ContentBlocks.Block::bytes).toList();
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        blocks.forEach(ContentBlocks.Block::release);
      }
    }
  }

  /** Content in a temporary file that has no name any more: closing it frees the space. */
  record Spooled(FileChannel file, long length) implements Content {
    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close the temporary file of a request", e);
      }
    }
  }
}
