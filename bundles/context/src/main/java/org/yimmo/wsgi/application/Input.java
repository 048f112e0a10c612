package org.yimmo.wsgi.application;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The content of a request. It was received whole before the application was called, so reading
 * never waits for the client, at most for a disk.
 *
 * <p><em>Thread:</em> the worker thread, until the iterable of the application is closed; reading
 * later throws {@link IOException}.
 *
 * <p>Source: PEP 3333, "Input and Error Streams".
 */
@ProviderType
public abstract class Input extends InputStream {
  /** Octets not yet read. */
  public abstract long remaining();

  /** Whether reading may wait for a disk; if not, it is a copy in memory. */
  public abstract boolean onDisk();

  /**
   * Reads into {@code target} until it is full or the content ends.
   *
   * @return the number of octets read; 0: the content has ended or the target was full
   */
  public abstract int read(ByteBuffer target) throws IOException;

  /**
   * The length of the next line including its line feed, without reading it.
   *
   * @param limit look at no more than this many octets
   * @return at most {@code limit}; 0: the content has ended
   */
  public abstract int lineLength(int limit) throws IOException;
}
