package org.yimmo.wsgi.proc.internal.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConnectionTest {
  @TempDir Path folder;
  private SocketChannel peer;
  private Connection connection;

  @BeforeEach
  void connect() throws IOException {
    try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(folder.resolve(Connection.CONTROL)));
      connection = Connection.to(folder);
      peer = listening.accept();
    }
  }

  @AfterEach
  void close() throws IOException {
    connection.close();
    peer.close();
  }

  @Test
  void readsAWordAndItsValues() throws IOException {
    peerSends(22, "hello\nnumber=3\npid=77\n");

    var message = connection.read().orElseThrow();

    assertEquals("hello", message.word());
    assertEquals(OptionalLong.of(3), message.number("number"));
    assertEquals(OptionalLong.empty(), message.number("absent"));
  }

  @Test
  void theLastLineNeedNotBeEnded() throws IOException {
    peerSends(6, "status");

    assertEquals(Message.of("status"), connection.read().orElseThrow());
  }

  @Test
  void writesLengthWordAndValues() throws IOException {
    connection.send(new Message("failed", Map.of("message", "a\r\nb 100%")));

    var frame = ByteBuffer.allocate(4 + 31);
    while (frame.hasRemaining()) {
      peer.read(frame);
    }
    assertEquals(31, frame.flip().getInt());
    assertEquals(
        "failed\nmessage=a%0D%0Ab 100%25\n", StandardCharsets.UTF_8.decode(frame).toString());
  }

  @Test
  void whatIsWrittenCanBeRead() throws IOException {
    var message = new Message("m", Map.of("a", "%0A\n%\r=\u00e4", "b", ""));

    assertEquals(message, Message.decoded(message.encoded()));
  }

  @Test
  void theStreamMayEndBetweenFrames() throws IOException {
    peer.close();

    assertEquals(Optional.empty(), connection.read());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (1 << 20) + 1, Integer.MAX_VALUE})
  void aLengthOutOfRangeIsRefused(int length) throws IOException {
    peerSends(length, "");

    assertThrows(BadFrameException.class, connection::read);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\nkey=value\n", "word\nvalue\n", "word\n=value\n", "word\n\n"})
  void whatIsNoMessageIsRefused(String text) throws IOException {
    peerSends(text.length(), text);

    assertThrows(BadFrameException.class, connection::read);
  }

  @Test
  void octetsThatAreNotUtf8AreRefused() throws IOException {
    peer.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 2, (byte) 0xff, '\n'}));

    assertThrows(BadFrameException.class, connection::read);
  }

  @Test
  void theStreamMustNotEndWithinALength() throws IOException {
    peer.write(ByteBuffer.wrap(new byte[] {0, 0}));
    peer.close();

    assertThrows(EOFException.class, connection::read);
  }

  @Test
  void theStreamMustNotEndWithinAMessage() throws IOException {
    peerSends(10, "beat\n");
    peer.close();

    assertThrows(EOFException.class, connection::read);
  }

  private void peerSends(int length, String text) throws IOException {
    var octets = text.getBytes(StandardCharsets.UTF_8);
    peer.write(ByteBuffer.allocate(4 + octets.length).putInt(length).put(octets).flip());
  }
}
