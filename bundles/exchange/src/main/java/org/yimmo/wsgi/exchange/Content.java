package org.yimmo.wsgi.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

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
