package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening on unix domain sockets. */
class UnixSocketTest {
  @TempDir Path directory;

  private TestServer.Builder builder(Path path) {
    return new TestServer.Builder().bind("unix:" + path);
  }

  static String get(Path path) throws IOException {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.write(ByteBuffer.wrap("GET /a HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1)));
      var octets = ByteBuffer.allocate(1000);
      while (channel.read(octets) >= 0) {}
      return new String(octets.array(), 0, octets.position(), ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void servesAndRemovesItsFile(String transport) throws Exception {
    var path = directory.resolve("socket");
    try (var server =
        builder(path)
            .transport(transport)
            .open((exchange, queues) ->
                queues.respond(
                    TestWorker.whole(
                        exchange, 200, "OK", exchange.request().endpoints().toString())))) {
      assertEquals("unix:" + path, server.url());

      var text = get(path);

      assertTrue(text.startsWith("HTTP/1.1 200 OK\r\n"), text);
      assertTrue(
          text.endsWith(
              "Endpoints[remoteAddress=, remotePort=0, localAddress="
                  + path
                  + ", localPort=0, secure=false, tls=]"),
          text);
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void replacesAFileThatNobodyListensOn() throws Exception {
    var path = directory.resolve("socket");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path))
        .close();
    assertTrue(Files.exists(path));

    try (var _ = builder(path).open(TestWorker::path)) {
      assertTrue(get(path).endsWith("/a"));
    }
  }

  @Test
  void leavesTheSocketOfAnotherServerAlone() throws Exception {
    var path = directory.resolve("socket");
    try (var _ = builder(path).open(TestWorker::path)) {
      var failure = assertThrows(StartFailure.class, () -> builder(path).open(TestWorker::path));

      assertEquals(3, failure.exitStatus());
      assertEquals(
          "cannot bind unix:" + path + ": address already in use; choose another --bind",
          failure.getMessage());
      assertTrue(get(path).endsWith("/a"));
    }
  }

  @Test
  void leavesAFileThatIsNoSocketAlone() throws Exception {
    var path = Files.writeString(directory.resolve("file"), "precious");

    var failure = assertThrows(StartFailure.class, () -> builder(path).open(TestWorker::path));

    assertEquals(3, failure.exitStatus());
    assertEquals("precious", Files.readString(path));
  }
}
