package org.yimmo.wsgi.cli.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a manager over its control socket (docs/decisions/0003-manager.md): frames of a length in
 * four octets and a text, whose first line is a word and whose others are {@code key=value}.
 */
final class ManagerClient {
  /** The socket's name in the folder of the manager. */
  static final String CONTROL = "control";

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final String WORD = "status";
  private static final String KEY = "json=";

  private ManagerClient() {}

  /**
   * The report of the manager, as JSON.
   *
   * <p><em>Blocks:</em> until it comes, for a few seconds at most.
   */
  static String status(Path folder) throws IOException {
    var report = new CompletableFuture<String>();
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(CONTROL)))) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              report.complete(ask(channel));
            } catch (IOException | RuntimeException e) {
              report.completeExceptionally(e);
            }
          });
      return report.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the manager in " + folder + " broke off: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the manager in %s does not answer within %d s".formatted(folder, PATIENCE.toSeconds()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String ask(SocketChannel channel) throws IOException {
    write(channel, WORD);
    for (var text = read(channel); ; text = read(channel)) {
      var lines = text.lines().toList();
      if (!lines.isEmpty() && lines.getFirst().equals(WORD)) {
        return lines.stream()
            .filter(line -> line.startsWith(KEY))
            .map(line -> decoded(line.substring(KEY.length())))
            .findFirst()
            .orElseThrow(() -> new IOException("an answer without a report"));
      }
    }
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    var octets = text.getBytes(UTF_8);
    var frame = ByteBuffer.allocate(4 + octets.length).putInt(octets.length).put(octets).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  private static String read(SocketChannel channel) throws IOException {
    var input = Channels.newInputStream(channel);
    var length = ByteBuffer.wrap(whole(input.readNBytes(4), 4)).getInt();
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new IOException("a frame of " + length + " octets");
    }
    return new String(whole(input.readNBytes(length), length), UTF_8);
  }

  private static byte[] whole(byte[] octets, int length) throws EOFException {
    if (octets.length < length) {
      throw new EOFException("the end of the stream");
    }
    return octets;
  }

  /** The inverse of what a value needs to stand on one line: only these three are encoded. */
  private static String decoded(String value) {
    return value.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
  }
}
