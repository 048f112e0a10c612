package org.yimmo.wsgi.proc.internal.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One end of a connection over the socket {@code control}. A frame is a length of four octets, big
 * endian, and a {@link Message} of that many octets.
 *
 * <p><em>Thread:</em> one thread reads, any thread sends.
 */
public final class Connection implements AutoCloseable {
  /** The socket's name in the folder of the manager. */
  public static final String CONTROL = "control";

  static final int MAX_MESSAGE_BYTES = 1 << 20;

  private final SocketChannel channel;
  private final Object sending = new Object();

  /** <em>Owner:</em> the connection closes the channel. */
  public Connection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects to the manager whose folder this is. */
  public static Connection to(Path managerFolder) throws IOException {
    return new Connection(
        SocketChannel.open(UnixDomainSocketAddress.of(managerFolder.resolve(CONTROL))));
  }

  /**
   * The next message; none at the end of the stream.
   *
   * <p><em>Blocks:</em> until it is complete or the connection ends.
   *
   * @throws BadFrameException it is no message
   */
  public Optional<Message> read() throws IOException {
    var length = ByteBuffer.allocate(Integer.BYTES);
    if (!filled(length)) {
      return Optional.empty();
    }
    var bytes = length.flip().getInt();
    if (bytes < 1 || bytes > MAX_MESSAGE_BYTES) {
      throw new BadFrameException("a frame of " + Integer.toUnsignedString(bytes) + " octets");
    }
    var text = ByteBuffer.allocate(bytes);
    if (!filled(text)) {
      throw new EOFException("the stream ended before a message");
    }
    return Optional.of(Message.decoded(text.array()));
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

  /** <em>Blocks:</em> while the other side does not read and the socket's buffer is full. */
  public void send(Message message) throws IOException {
    var text = message.encoded();
    var frame = ByteBuffer.allocate(Integer.BYTES + text.length);
    frame.putInt(text.length).put(text).flip();
    synchronized (sending) {
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
    }
  }

  /** Ends a {@link #read} that waits. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
