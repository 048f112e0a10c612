package org.yimmo.wsgi.proc.internal.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ConsoleSocketTest {
  @TempDir Path folder;
  private final AtomicInteger asked = new AtomicInteger();

  private ConsoleSocket listening() throws IOException {
    return ConsoleSocket.at(folder.resolve("console"), this::console);
  }

  private Consumer<SocketChannel> console() {
    var call = asked.incrementAndGet();
    if (call == 2) {
      throw new IllegalStateException("the second one fails");
    }
    return channel -> {
      try {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) call}));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("console")));
  }

  private int answer() throws IOException {
    try (var channel = connect()) {
      var octet = ByteBuffer.allocate(1);
      return channel.read(octet) < 0 ? -1 : octet.get(0);
    }
  }

  @Test
  void isForItsUserAlone() throws IOException {
    try (var _ = listening()) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("console"))));
    }
  }

  @Test
  void asksForTheConsoleWhenSomebodyConnects() throws IOException {
    try (var _ = listening()) {
      assertEquals(0, asked.get());

      assertEquals(1, answer());
    }
  }

  @Test
  void outlivesAConsoleThatCannotBeStarted() throws IOException {
    try (var _ = listening()) {
      assertEquals(1, answer());
      assertEquals(-1, answer());
      assertEquals(3, answer());
    }
  }

  @Test
  void isGoneWhenClosed() throws IOException {
    listening().close();

    assertFalse(Files.exists(folder.resolve("console")));
    assertThrows(IOException.class, this::connect);
  }
}
