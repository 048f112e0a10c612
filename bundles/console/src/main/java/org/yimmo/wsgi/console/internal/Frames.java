package org.yimmo.wsgi.console.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * One end of a connection to a console: frames of an octet that tells their kind, a length of four
 * octets and that many octets (docs/wiring.md).
 *
 * <p><em>Thread:</em> one thread reads, any thread writes.
 */
final class Frames {
  static final int MAX_BYTES = 64 * 1024;
  private static final int HEAD_BYTES = 1 + Integer.BYTES;

  /** What a frame is. */
  enum Kind {
    /** From the client, first: what it wants. */
    REQUEST('R'),
    /** From the client: what was typed; empty: the end. */
    INPUT('I'),
    /** From the client: the terminal has this size now. */
    SIZE('S'),
    /** To the client: to be shown. */
    OUTPUT('O'),
    /** To the client: to be shown as an error. */
    ERROR('E'),
    /** To the client, last: the exit status in digits. */
    EXIT('X');

    private final byte octet;

    Kind(char octet) {
      this.octet = (byte) octet;
    }

    private static Kind of(byte octet) throws IOException {
      for (var kind : values()) {
        if (kind.octet == octet) {
          return kind;
        }
      }
      throw new IOException("a frame of the unknown kind " + octet);
    }
  }

  /** A frame that was read. */
  record Frame(Kind kind, ByteBuffer data) {
    String text() {
      return UTF_8.decode(data.duplicate()).toString();
    }
  }

  private final SocketChannel channel;
  private final Object writing = new Object();

  /** <em>Owner:</em> the caller closes the channel. */
  Frames(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * The next frame; none at the end of the stream.
   *
   * <p><em>Blocks:</em> until it is complete or the connection ends.
   */
  Optional<Frame> read() throws IOException {
    var head = ByteBuffer.allocate(HEAD_BYTES);
    if (!filled(head)) {
      return Optional.empty();
    }
    var kind = Kind.of(head.flip().get());
    var length = head.getInt();
    if (length < 0 || length > MAX_BYTES) {
      throw new IOException("a frame of " + Integer.toUnsignedString(length) + " octets");
    }
    var data = ByteBuffer.allocate(length);
    if (!filled(data)) {
      throw new EOFException("the stream ended before the data of a frame");
    }
    return Optional.of(new Frame(kind, data.flip()));
  }

  /** Whether there was something to read: the stream may end before a frame, but not within. */
  private boolean filled(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        if (buffer.position() > 0) {
          throw new EOFException("the stream ended within a frame");
        }
        return false;
      }
    }
    return true;
  }

  /** <em>Blocks:</em> while the other side does not read. */
  void write(Kind kind, byte[] data, int offset, int length) throws IOException {
    var frame = ByteBuffer.allocate(HEAD_BYTES + length);
    frame.put(kind.octet).putInt(length).put(data, offset, length).flip();
    synchronized (writing) {
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
    }
  }

  void write(Kind kind, String text) throws IOException {
    var data = text.getBytes(UTF_8);
    write(kind, data, 0, data.length);
  }

  /** What is written to it goes into frames of this kind, at once. */
  OutputStream stream(Kind kind) {
    return new OutputStream() {
      @Override
      public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] data, int offset, int length) throws IOException {
        for (var done = 0; done < length; done += MAX_BYTES) {
          Frames.this.write(kind, data, offset + done, Math.min(MAX_BYTES, length - done));
        }
      }
    };
  }
}
