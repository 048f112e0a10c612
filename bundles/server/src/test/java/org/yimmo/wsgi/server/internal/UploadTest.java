package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** Contents of requests over real sockets, into memory and into files. */
class UploadTest {
  private static void digest(Exchange exchange, ExchangeQueues queues) throws Exception {
    var content = exchange.request().content();
    var kind = content instanceof Content.Spooled ? "file" : "memory";
    var digest = java.security.MessageDigest.getInstance("SHA-256");
    digest.update(octets(content));
    queues.respond(
        TestWorker.whole(
            exchange,
            200,
            "OK",
            kind + " " + content.length() + " " + HexFormat.of().formatHex(digest.digest())));
  }

  private static ByteBuffer octets(Content content) throws IOException {
    return switch (content) {
      case Content.Memory memory -> memory.bytes().duplicate();
      case Content.InBlocks blocks -> {
        var octets = ByteBuffer.allocate((int) blocks.length());
        blocks.bytes().forEach(bytes -> octets.put(bytes.duplicate()));
        yield octets.flip();
      }
      case Content.Spooled spooled -> {
        var octets = ByteBuffer.allocate((int) spooled.length());
        while (octets.hasRemaining()
            && spooled.file().read(octets, (long) octets.position()) >= 0) {}
        yield octets.flip();
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "10, memory, auto",
    "65536, memory, auto",
    "65537, file, auto",
    "20971520, file, auto",
    "20971520, file, nio"
  })
  void arrivesWhole(int length, String kind, String transport) throws Exception {
    var octets = new byte[length];
    new Random(length).nextBytes(octets);
    var digest = java.security.MessageDigest.getInstance("SHA-256").digest(octets);
    var expected = kind + " " + length + " " + HexFormat.of().formatHex(digest);
    try (var server =
            new TestServer.Builder()
                .transport(transport)
                .bodyMemoryBytes(65536)
                .open(UploadTest::digest);
        var client = server.connect()) {

      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
      client.send(octets);
      assertEquals(expected, client.response().content());

      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int from = 0; from < length; from += 100_000) {
        var count = Math.min(100_000, length - from);
        client.send((Integer.toHexString(count) + "\r\n").getBytes(ISO_8859_1));
        client.send(java.util.Arrays.copyOfRange(octets, from, from + count));
        client.send("\r\n");
      }
      client.send("0\r\n\r\n");
      assertEquals(expected, client.response().content());
      assertTrue(client.survives());
    }
  }
}
