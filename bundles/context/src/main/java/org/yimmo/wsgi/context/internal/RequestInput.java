package org.yimmo.wsgi.context.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;
import org.yimmo.wsgi.application.Input;
import org.yimmo.wsgi.exchange.Content;

/** The content of one request as {@code wsgi.input}. */
abstract sealed class RequestInput extends Input {
  private boolean closed;

  static RequestInput of(Content content) {
    return switch (content) {
      case Content.Memory memory -> new InMemory(List.of(memory.bytes()));
      case Content.InBlocks blocks -> new InMemory(blocks.bytes());
      case Content.Spooled spooled -> new OnDisk(spooled.file(), spooled.length());
    };
  }

  /** A buffer that starts with the next octets, at least one unless the content has ended. */
  abstract ByteBuffer next() throws IOException;

  @Override
  public int read(ByteBuffer target) throws IOException {
    requireOpen();
    var start = target.position();
    while (target.hasRemaining()) {
      var next = next();
      if (!next.hasRemaining()) {
        break;
      }
      var length = Math.min(next.remaining(), target.remaining());
      target.put(next.slice(next.position(), length));
      next.position(next.position() + length);
    }
    return target.position() - start;
  }

  @Override
  public int read() throws IOException {
    requireOpen();
    var next = next();
    return next.hasRemaining() ? next.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    var read = read(ByteBuffer.wrap(target, offset, length));
    return read == 0 ? -1 : read;
  }

  @Override
  public int available() {
    return (int) Math.min(remaining(), Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    closed = true;
  }

  void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the request is over: its input can no longer be read");
    }
  }

  static int lineLength(ByteBuffer bytes, int limit) {
    var length = Math.min(limit, bytes.remaining());
    for (var i = 0; i < length; i++) {
      if (bytes.get(bytes.position() + i) == '\n') {
        return i + 1;
      }
    }
    return length;
  }

  /** Content that was collected in memory. */
  private static final class InMemory extends RequestInput {
    private final List<ByteBuffer> buffers;
    private int current;

    /**
     * @param buffers at least one
     */
    InMemory(List<ByteBuffer> buffers) {
      this.buffers = buffers.stream().map(ByteBuffer::duplicate).toList();
    }

    @Override
    ByteBuffer next() {
      while (!buffers.get(current).hasRemaining() && current < buffers.size() - 1) {
        current++;
      }
      return buffers.get(current);
    }

    @Override
    public long remaining() {
      var remaining = 0L;
      for (int i = current; i < buffers.size(); i++) {
        remaining += buffers.get(i).remaining();
      }
      return remaining;
    }

    @Override
    public boolean onDisk() {
      return false;
    }

    @Override
    public int lineLength(int limit) throws IOException {
      requireOpen();
      var length = 0;
      for (int i = current; i < buffers.size() && length < limit; i++) {
        var buffer = buffers.get(i);
        var found = lineLength(buffer, limit - length);
        length += found;
        if (found > 0 && buffer.get(buffer.position() + found - 1) == '\n') {
          break;
        }
      }
      return length;
    }
  }

  /** Content in a temporary file, read a block at a time. */
  private static final class OnDisk extends RequestInput {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final FileChannel file;
    private final long length;
    private long filePosition;
    private ByteBuffer block = ByteBuffer.allocate(0);

    OnDisk(FileChannel file, long length) {
      this.file = file;
      this.length = length;
    }

    @Override
    ByteBuffer next() throws IOException {
      if (!block.hasRemaining() && filePosition < length) {
        if (block.capacity() < BLOCK_BYTES) {
          block = ByteBuffer.allocate(BLOCK_BYTES);
        }
        fill(block.clear());
      }
      return block;
    }

    /** Large reads go from the file to the target without the block between. */
    @Override
    public int read(ByteBuffer target) throws IOException {
      requireOpen();
      if (block.hasRemaining() || target.remaining() < BLOCK_BYTES) {
        return super.read(target);
      }
      var start = target.position();
      var room = (int) Math.min(target.remaining(), length - filePosition);
      var end = target.limit();
      target.limit(start + room);
      while (target.hasRemaining()) {
        readSome(target);
      }
      target.limit(end);
      return room;
    }

    private void fill(ByteBuffer target) throws IOException {
      target.limit((int) Math.min(target.limit(), length - filePosition));
      while (target.hasRemaining()) {
        readSome(target);
      }
      target.flip();
    }

    private void readSome(ByteBuffer target) throws IOException {
      var count = file.read(target, filePosition);
      if (count < 0) {
        throw new IOException("the temporary file of a request is shorter than its content");
      }
      filePosition += count;
    }

    @Override
    public long remaining() {
      return block.remaining() + length - filePosition;
    }

    @Override
    public boolean onDisk() {
      return true;
    }

    /** Makes the block hold the line: its rest moves to the front and is added to. */
    @Override
    public int lineLength(int limit) throws IOException {
      requireOpen();
      while (true) {
        var found = lineLength(block, limit);
        var ended =
            found > 0 && (found == limit || block.get(block.position() + found - 1) == '\n');
        if (ended || filePosition == length) {
          return found;
        }
        var larger = ByteBuffer.allocate(Math.max(BLOCK_BYTES, 2 * block.remaining()));
        larger.put(block);
        var kept = larger.position();
        var rest = larger.slice(kept, larger.capacity() - kept);
        fill(rest);
        block = larger.limit(kept + rest.limit()).position(0);
      }
    }
  }
}
