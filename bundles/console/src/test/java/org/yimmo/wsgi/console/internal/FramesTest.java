package org.yimmo.wsgi.console.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.console.internal.Frames.Kind;

@Timeout(30)
class FramesTest {
  @TempDir Path folder;
  private SocketChannel here;
  private SocketChannel there;

  @BeforeEach
  void connect() throws IOException {
    var address = UnixDomainSocketAddress.of(folder.resolve("console"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      here = SocketChannel.open(address);
      there = server.accept();
    }
  }

  @AfterEach
  void close() throws IOException {
    here.close();
    there.close();
  }

  private void receive(String hex) throws IOException {
    there.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    there.shutdownOutput();
  }

  @Test
  void readsOneFrameAfterTheOther() throws IOException {
    receive("49000000026c62" + "4900000000");
    var frames = new Frames(here);

    var first = frames.read().orElseThrow();
    assertEquals(Kind.INPUT, first.kind());
    assertEquals("lb", first.text());
    assertEquals("", frames.read().orElseThrow().text());
    assertTrue(frames.read().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"3f00000000", "4900010001", "49ffffffff"})
  void refusesWhatIsNoFrame(String hex) throws IOException {
    receive(hex);

    assertThrows(IOException.class, () -> new Frames(here).read());
  }

  @ParameterizedTest
  @ValueSource(strings = {"49", "4900000002", "49000000026c"})
  void noticesAnEndWithinAFrame(String hex) throws IOException {
    receive(hex);

    assertThrows(EOFException.class, () -> new Frames(here).read());
  }

  @Test
  void splitsWhatIsTooLongForAFrame() throws Exception {
    var text = "x".repeat(Frames.MAX_BYTES + 1).getBytes(UTF_8);
    var writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                new Frames(there).stream(Kind.OUTPUT).write(text);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    var frames = new Frames(here);

    assertEquals(Frames.MAX_BYTES, frames.read().orElseThrow().data().remaining());
    assertEquals("x", frames.read().orElseThrow().text());
    writer.join();
  }
}
