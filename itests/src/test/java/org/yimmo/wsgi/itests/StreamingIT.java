package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.yimmo.wsgi.itests.support.Requests.get;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Large contents in both directions, with flat memory and without holding up anybody else. */
class StreamingIT {
  private static final long MIB = 1 << 20;

  /** More than what the JVM, its caches and one window per connection take; far less than 200. */
  private static final long MAX_GROWTH_KIB = 64 << 10;

  private static Server server;

  @BeforeAll
  static void start() {
    server = Yimmo.serving("switchboard:application", "--no-threads", "2").start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @Test
  void streams200MibInFlatMemory() throws IOException {
    assertStreams200Mib(server, "/streams/20", "/streams/200");
  }

  @Test
  void streams200MibFromAFileInFlatMemory() throws IOException {
    assertStreams200Mib(server, "/streams/file/20", "/streams/file/200");
  }

  @Test
  void streams200MibFromThePlainExample() throws IOException {
    try (var plain = example("plain", "plain:app")) {
      assertStreams200Mib(plain, "/download?mib=20", "/download");
      plain.stop();
    }
  }

  @Test
  void streams200MibFromFlask() throws IOException {
    Pythons.require("flask");
    try (var flask = example("flask", "shop:app")) {
      assertStreams200Mib(flask, "/export?mib=20", "/export");
      flask.stop();
    }
  }

  private static Server example(String name, String application) {
    return Yimmo.serving(application, "--chdir", Folders.example(name).toString()).start();
  }

  /** The first, smaller download brings what the server keeps anyway into memory. */
  private static void assertStreams200Mib(Server server, String smaller, String target)
      throws IOException {
    assertEquals(20 * MIB, server.get(smaller).content().length());
    var before = server.residentKib();
    try (var wire = server.connect()) {
      wire.send("GET " + target + " HTTP/1.0\r\n\r\n").head();
      assertEquals(200 * MIB, wire.stream().transferTo(OutputStream.nullOutputStream()));
    }
    assumeTrue(before.isPresent(), "this system does not tell resident memory");
    var growth = server.residentKib().orElseThrow() - before.orElseThrow();
    assertTrue(growth < MAX_GROWTH_KIB, "resident memory grew by " + growth + " KiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/streams/20", "/streams/file/20"})
  void streamsEveryOctetInOrder(String target) throws IOException {
    try (var wire = server.connect()) {
      wire.send("GET " + target + " HTTP/1.0\r\n\r\n").head();

      assertEquals(digestOfBlocks(20), digest(wire.stream()));
    }
  }

  @Test
  void takesAnUploadOf20Mib() {
    var content = new byte[20 << 20];
    new Random(1).nextBytes(content);
    try (var wire = server.connect()) {
      var reply =
          wire.send(
                  "POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: "
                      + content.length
                      + "\r\n\r\n")
              .send(content)
              .reply();

      assertEquals(content.length + " " + hex(sha256().digest(content)), reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void takesAnUploadInChunks() {
    var chunk = "0123456789abcdef".repeat(4096);
    try (var wire = server.connect()) {
      wire.send("POST /digest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      var digest = sha256();
      for (var i = 0; i < 100; i++) {
        wire.send("10000\r\n" + chunk + "\r\n");
        digest.update(chunk.getBytes(StandardCharsets.ISO_8859_1));
      }
      var reply = wire.send("0\r\n\r\n").reply();

      assertEquals(100 * 65536 + " " + hex(digest.digest()), reply.content());
      assertTrue(wire.survives());
    }
  }

  @Test
  void aSlowReaderHoldsUpNobodyOnOtherWorkers() throws IOException {
    try (var slow = Wire.slowlyTo(server.port())) {
      slow.send(get("/streams/50")).head();

      for (var i = 0; i < 20; i++) {
        try (var other = server.connect()) {
          assertEquals(200, other.get("/hello").status());
        }
      }

      assertTrue(slow.stream().readNBytes(1 << 20).length == 1 << 20, "it is still being served");
    }
  }

  @Test
  void aSlowUploadHoldsUpNobody() {
    try (var slow = server.connect();
        var alsoSlow = server.connect();
        var stillSlow = server.connect()) {
      for (var wire : new Wire[] {slow, alsoSlow, stillSlow}) {
        wire.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
      }

      for (var i = 0; i < 20; i++) {
        assertEquals(200, server.get("/hello").status());
      }

      assertTrue(slow.send("defghij").reply().content().startsWith("10 "));
    }
  }

  @Test
  void sendsALargeContentInOnePiece() throws IOException {
    try (var wire = server.connect()) {
      var head = wire.send(get("/streams/bytes/30000000")).head();

      assertEquals("30000000", head.field("Content-Length").orElse(""));
      assertEquals(30_000_000, wire.stream().readNBytes(30_000_000).length);
      assertTrue(wire.survives());
    }
  }

  private static String digestOfBlocks(int mib) {
    var block = new byte[65536];
    for (var i = 0; i < block.length; i++) {
      block[i] = (byte) i;
    }
    var digest = sha256();
    for (var i = 0; i < mib * 16; i++) {
      digest.update(block);
    }
    return hex(digest.digest());
  }

  private static String digest(InputStream stream) throws IOException {
    var digest = sha256();
    var buffer = new byte[65536];
    for (var n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      digest.update(buffer, 0, n);
    }
    return hex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
