import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of a WebSocket that echoes: each connection has a number of binary messages on their way,
 * and sends one for each that came back. One thread serves all connections, frames are made once.
 *
 * <p>Arguments: port, path, connections, octets of a message, messages on their way, seconds to warm
 * up, seconds to measure. Writes {@code begin}, then {@code end MESSAGES SECONDS CPU-SECONDS}, the
 * last of the client itself.
 */
public class EchoClient {
  private static final int BUFFER = 1 << 18;
  private static final int FIN_BINARY = 0x82;

  private final int frameSize; // as the server sends it
  private final ByteBuffer expected; // of one message
  private final ByteBuffer frames; // as many as may be on their way, masked
  private final int sentFrameSize;
  private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER);
  private final Selector selector = Selector.open();
  private long messages;

  private final class Connection {
    final SocketChannel channel;
    int partial; // octets of a frame that is not there as a whole
    int owed; // octets of frames to be sent

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void read() throws IOException {
      received.clear();
      var count = channel.read(received);
      if (count < 0) {
        throw new IOException("the server has closed a connection");
      }
      check(count);
      var whole = (partial + count) / frameSize;
      partial = (partial + count) % frameSize;
      messages += whole;
      owed += whole * sentFrameSize;
      write();
    }

    /** Looks at the heads of frames, and at the last octet of their messages. */
    private void check(int count) throws IOException {
      for (var at = -partial; at < count; at += frameSize) {
        for (var i : new int[] {0, 1, frameSize - 1}) {
          if (at + i >= 0 && at + i < count && received.get(at + i) != expected.get(i)) {
            throw new IOException("what came is no echo");
          }
        }
      }
    }

    void write() throws IOException {
      if (owed > 0) {
        // what is owed ends with a frame, so it is the end of the frames that were made
        var next = frames.duplicate();
        next.position(next.limit() - owed);
        owed -= channel.write(next);
      }
      key().interestOps(
          owed > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    SelectionKey key() {
      return channel.keyFor(selector);
    }
  }

  private EchoClient(int size, int onTheirWay) throws IOException {
    expected = frame(size, 0);
    frameSize = expected.remaining();
    var sent = frame(size, 0x80);
    sentFrameSize = sent.remaining();
    frames = ByteBuffer.allocateDirect(sentFrameSize * onTheirWay);
    while (frames.hasRemaining()) {
      frames.put(sent.duplicate());
    }
    frames.flip();
  }

  /** RFC 6455 §5.2. */
  private static ByteBuffer frame(int size, int maskBit) {
    var frame = ByteBuffer.allocate(size + 14).put((byte) FIN_BINARY);
    if (size < 126) {
      frame.put((byte) (maskBit | size));
    } else if (size < 65_536) {
      frame.put((byte) (maskBit | 126)).putShort((short) size);
    } else {
      frame.put((byte) (maskBit | 127)).putLong(size);
    }
    var key = new byte[] {0x37, (byte) 0xFA, 0x21, 0x3D};
    if (maskBit != 0) {
      frame.put(key);
    }
    for (var i = 0; i < size; i++) {
      frame.put((byte) ((i % 251) ^ (maskBit == 0 ? 0 : key[i & 3])));
    }
    return frame.flip();
  }

  private void connect(int port, String path, int connections) throws IOException {
    for (var i = 0; i < connections; i++) {
      var channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      channel.socket().setTcpNoDelay(true);
      upgrade(channel, path);
      channel.configureBlocking(false);
      var connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      connection.owed = frames.limit();
    }
    for (var key : selector.keys()) {
      ((Connection) key.attachment()).write();
    }
  }

  private static void upgrade(SocketChannel channel, String path) throws IOException {
    var request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Version: 13\r\n\r\n";
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    var head = new StringBuilder();
    var octet = ByteBuffer.allocate(1);
    while (!head.toString().endsWith("\r\n\r\n")) {
      if (channel.read(octet.clear()) < 0) {
        throw new IOException("no WebSocket, but: " + head);
      }
      head.append((char) octet.get(0));
    }
    if (!head.toString().startsWith("HTTP/1.1 101 ")) {
      throw new IOException("no WebSocket, but: " + head);
    }
  }

  private void exchange(double seconds) throws IOException {
    var end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      selector.select(
          key -> {
            try {
              var connection = (Connection) key.attachment();
              if (key.isReadable()) {
                connection.read();
              } else {
                connection.write();
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          100);
    }
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }

  public static void main(String[] arguments) throws IOException {
    var numbers = new ArrayList<>(List.of(arguments));
    var path = numbers.remove(1);
    var size = Integer.parseInt(numbers.get(2));
    var client = new EchoClient(size, Integer.parseInt(numbers.get(3)));
    client.connect(Integer.parseInt(numbers.get(0)), path, Integer.parseInt(numbers.get(1)));
    client.exchange(Double.parseDouble(numbers.get(4)));
    System.out.println("begin");
    var cpu = cpuSeconds();
    var before = client.messages;
    var begin = System.nanoTime();
    client.exchange(Double.parseDouble(numbers.get(5)));
    var seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "end %d %.3f %.3f%n", client.messages - before, seconds, cpuSeconds() - cpu);
  }
}
