package org.yimmo.wsgi.console.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What the client types, as a stream.
 *
 * <p><em>Thread:</em> one adds, another reads.
 */
final class Typed extends InputStream {
  private final BlockingQueue<Optional<ByteBuffer>> queue = new LinkedBlockingQueue<>();
  private Optional<ByteBuffer> current = Optional.of(ByteBuffer.allocate(0)); // reader only

  /**
   * @param octets none: the end
   */
  void add(ByteBuffer octets) {
    queue.add(octets.hasRemaining() ? Optional.of(octets) : Optional.empty());
  }

  void end() {
    queue.add(Optional.empty());
  }

  @Override
  public int read() throws IOException {
    var octet = new byte[1];
    return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
  }

  /** <em>Blocks:</em> until there is something, or the end. */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (current.isPresent() && !current.get().hasRemaining()) {
      current = next();
    }
    if (current.isEmpty()) {
      return -1;
    }
    var count = Math.min(length, current.get().remaining());
    current.get().get(target, offset, count);
    return count;
  }

  private Optional<ByteBuffer> next() throws InterruptedIOException {
    try {
      return queue.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
