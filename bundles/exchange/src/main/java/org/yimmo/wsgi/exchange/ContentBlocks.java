package org.yimmo.wsgi.exchange;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Native memory for large contents between the socket and the application. Its blocks are used
 * again and again, so that large contents are no work for the garbage collector, and no reason for
 * the heap to grow.
 *
 * <p><em>Thread:</em> any.
 */
@ProviderType
public final class ContentBlocks {
  /** What a block holds. */
  public static final int BLOCK_BYTES = 128 * 1024;

  static final ContentBlocks NONE = new ContentBlocks(0);

  private final int most;
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(); // guarded by itself
  private int made; // guarded by free

  /**
   * @param most how many blocks there are at most; they are made when needed and then kept
   */
  public ContentBlocks(int most) {
    this.most = most;
  }

  /**
   * A block that is empty and writable.
   *
   * <p><em>Blocks:</em> never. <em>Owner:</em> the caller, who releases it or gives it away.
   *
   * @return empty: all are in use
   */
  public Optional<Block> tryTake() {
    synchronized (free) {
      var bytes = free.pollLast(); // the one that is most likely still in a cache of the processor
      if (bytes == null && made < most) {
        made++;
        bytes = ByteBuffer.allocateDirect(BLOCK_BYTES);
      }
      return Optional.ofNullable(bytes).map(it -> new Block(it.clear()));
    }
  }

  /**
   * As {@link #tryTake}, but when all are in use the block is of the heap, for once.
   *
   * @param bytes what it has room for at least, at most {@link #BLOCK_BYTES}
   */
  public Block take(int bytes) {
    return tryTake().orElseGet(() -> new Block(ByteBuffer.allocate(bytes)));
  }

  /** The blocks that were taken and not released; a snapshot. */
  public int inUse() {
    synchronized (free) {
      return made - free.size();
    }
  }

  /** One use of some memory, from the {@link #take} to the {@link #release}, by one owner. */
  public final class Block {
    private final ByteBuffer bytes;
    private final AtomicBoolean released = new AtomicBoolean();

    private Block(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    /** The octets, from position to limit; not touched any more after {@link #release}. */
    public ByteBuffer bytes() {
      return bytes;
    }

    /**
     * Ends the use.
     *
     * @throws IllegalStateException it has ended before: somebody takes a block for his that is not
     */
    public void release() {
      if (!released.compareAndSet(false, true)) {
        throw new IllegalStateException("a block of content was released twice");
      }
      if (bytes.isDirect()) {
        synchronized (free) {
          free.addLast(bytes);
        }
      }
    }
  }
}
