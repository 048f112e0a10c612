package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.yimmo.wsgi.application.Input;

/** Content in memory that may pretend to be on a disk, or to be unreadable. */
final class FakeInput extends Input {
  private final ByteBuffer content;
  private final boolean onDisk;
  private final Runnable beforeReading;

  private FakeInput(String content, boolean onDisk, Runnable beforeReading) {
    this.content = ByteBuffer.wrap(content.getBytes(ISO_8859_1));
    this.onDisk = onDisk;
    this.beforeReading = beforeReading;
  }

  static FakeInput inMemory(String content) {
    return new FakeInput(content, false, () -> {});
  }

  static FakeInput onDisk(String content, Runnable beforeReading) {
    return new FakeInput(content, true, beforeReading);
  }

  @Override
  public long remaining() {
    return content.remaining();
  }

  @Override
  public boolean onDisk() {
    return onDisk;
  }

  @Override
  public int read() {
    return content.hasRemaining() ? content.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    var size = read(ByteBuffer.wrap(target, offset, length));
    return size == 0 && length > 0 ? -1 : size;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    beforeReading.run();
    var size = Math.min(target.remaining(), content.remaining());
    target.put(content.slice(content.position(), size));
    content.position(content.position() + size);
    return size;
  }

  @Override
  public int lineLength(int limit) {
    var size = Math.min(limit, content.remaining());
    for (int i = 0; i < size; i++) {
      if (content.get(content.position() + i) == '\n') {
        return i + 1;
      }
    }
    return size;
  }
}
