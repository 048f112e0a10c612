package org.yimmo.wsgi.cli.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Speaks with the console of a running process (docs/wiring.md): what is typed goes there, what
 * comes back is shown.
 *
 * <p>At a terminal it is the process that edits the line and completes it; here every key is sent
 * as it is.
 */
final class ConsoleClient {
  private static final int FAILED = 1;
  private static final int MAX_FRAME_BYTES = 64 * 1024;

  private final Path socket;
  private final Map<String, String> environment;
  private final Optional<String> command;

  /**
   * @param command empty: what comes from standard input
   */
  ConsoleClient(Path socket, Map<String, String> environment, Optional<String> command) {
    this.socket = socket;
    this.environment = environment;
    this.command = command;
  }

  /**
   * <em>Blocks:</em> until the conversation is over.
   *
   * @return the exit status
   */
  int run() {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return command.isEmpty() && Tty.isOurs() ? typed(channel) : plain(channel);
    } catch (IOException e) {
      System.err.println(
          "yimmo-wsgi: cannot speak with the console at " + socket + ": " + e.getMessage());
      return FAILED;
    }
  }

  private int plain(SocketChannel channel) throws IOException {
    var lines = new ArrayList<String>();
    command.ifPresent(text -> lines.add("command=" + encoded(text)));
    if (Tty.isOurs()) {
      lines.add("columns=" + Tty.size().columns());
    }
    request(channel, lines);
    if (command.isPresent()) {
      send(channel, 'I', ByteBuffer.allocate(0));
    } else {
      Thread.ofPlatform().daemon().start(() -> sendInput(channel));
    }
    return show(channel);
  }

  private int typed(SocketChannel channel) throws IOException {
    try (var _ = Tty.raw(size -> sendSize(channel, size))) {
      var size = Tty.size();
      request(
          channel,
          List.of(
              "terminal=" + encoded(environment.getOrDefault("TERM", "dumb")),
              "columns=" + size.columns(),
              "rows=" + size.rows()));
      Thread.ofPlatform().daemon().start(() -> sendInput(channel));
      return show(channel);
    }
  }

  // --- what goes there

  private static void request(SocketChannel channel, List<String> lines) throws IOException {
    send(channel, 'R', UTF_8.encode(String.join("\n", lines)));
  }

  private static String encoded(String value) {
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static void sendInput(SocketChannel channel) {
    var buffer = new byte[4096];
    try {
      for (var count = System.in.read(buffer); count > 0; count = System.in.read(buffer)) {
        send(channel, 'I', ByteBuffer.wrap(buffer, 0, count));
      }
      send(channel, 'I', ByteBuffer.allocate(0));
    } catch (IOException _) {
      // the conversation is over
    }
  }

  private static void sendSize(SocketChannel channel, Tty.Size size) {
    try {
      send(channel, 'S', UTF_8.encode(size.columns() + " " + size.rows()));
    } catch (IOException _) {
      // the conversation is over
    }
  }

  private static void send(SocketChannel channel, char kind, ByteBuffer data) throws IOException {
    var frame = ByteBuffer.allocate(5 + data.remaining());
    frame.put((byte) kind).putInt(data.remaining()).put(data).flip();
    synchronized (channel) {
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
    }
  }

  // --- what comes back

  private static int show(SocketChannel channel) throws IOException {
    var frames = new DataInputStream(Channels.newInputStream(channel));
    while (true) {
      var kind = frames.read();
      if (kind < 0) {
        throw new IOException("it broke off; the log of the process may tell why");
      }
      var length = frames.readInt();
      if (length < 0 || length > MAX_FRAME_BYTES) {
        throw new IOException("a frame of " + length + " octets");
      }
      var data = frames.readNBytes(length);
      switch (kind) {
        case 'O' -> show(System.out, data);
        case 'E' -> show(System.err, data);
        case 'X' -> {
          return Integer.parseInt(new String(data, UTF_8));
        }
        default -> throw new IOException("a frame of the unknown kind " + kind);
      }
    }
  }

  private static void show(PrintStream stream, byte[] data) {
    stream.write(data, 0, data.length);
    stream.flush();
  }
}
