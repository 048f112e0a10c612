package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.exchange.Content;

/** How the content of a request is collected. */
class UploadTest {
  private static final int MEMORY_BYTES = 1000;
  private static final int MEGABYTE = 1024 * 1024;

  private static Limits limits(int memoryBytes) {
    return new Limits(
        100,
        200,
        0,
        memoryBytes,
        4,
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60));
  }

  @TempDir Path directory;
  private Client client;

  @BeforeEach
  void connect() {
    client = new Client(limits(MEMORY_BYTES), directory);
  }

  private void begin(int length) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
  }

  @Test
  void keepsSmallContentsInMemory() {
    begin(MEMORY_BYTES);

    client.send("a".repeat(300)).send("b".repeat(700));

    var content = client.exchange().request().content();
    assertInstanceOf(Content.Memory.class, content);
    assertEquals("a".repeat(300) + "b".repeat(700), Client.text(content));
    assertTrue(client.diskTasks.isEmpty());
  }

  @Test
  void leavesTheHeapWhenContentsGrow() {
    client = new Client(limits(MEGABYTE), directory);
    begin(MEGABYTE);
    for (int i = 0; i < 1024; i++) {
      client.send("a".repeat(1023) + "b");
    }

    var content = client.exchange().request().content();
    assertInstanceOf(Content.InBlocks.class, content);
    assertEquals(("a".repeat(1023) + "b").repeat(1024), Client.text(content));
    assertEquals(8, client.shared.blocks.inUse());
    content.close();
    content.close(); // as the promise of Content is
    assertEquals(0, client.shared.blocks.inUse());
  }

  @Test
  void putsContentsIntoAFileWhenNoBlocksAreLeft() {
    client = new Client(limits(MEGABYTE), directory);
    var taken = Stream.generate(client.shared.blocks::tryTake).takeWhile(Optional::isPresent);
    var others = taken.map(Optional::get).collect(Collectors.toList());
    others.removeLast().release();
    others.removeLast().release();
    var before = client.shared.blocks.inUse();
    begin(MEGABYTE);

    for (int i = 0; i < 16; i++) {
      client.send("c".repeat(MEGABYTE / 16));
    }
    client.disk();

    var content = client.exchange().request().content();
    assertInstanceOf(Content.Spooled.class, content);
    assertEquals("c".repeat(MEGABYTE), Client.text(content));
    assertEquals(before, client.shared.blocks.inUse());
    content.close();
  }

  @Test
  void movesWhatItHasToTheFileWhenAContentOfUnknownLengthGrows() {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    client.send("190\r\n" + "a".repeat(400) + "\r\n").send("190\r\n" + "b".repeat(400) + "\r\n");
    client.send("190\r\n" + "c".repeat(400) + "\r\n").send("0\r\n\r\n");
    client.disk();

    var content = client.exchange().request().content();
    assertInstanceOf(Content.Spooled.class, content);
    assertEquals("a".repeat(400) + "b".repeat(400) + "c".repeat(400), Client.text(content));
    assertEquals(0, client.shared.blocks.inUse());
    content.close();
  }

  @Test
  void releasesBlocksWhenTheClientLeavesWithinItsContent() {
    client = new Client(limits(MEGABYTE), directory);
    begin(MEGABYTE);
    client.send("a".repeat(MEGABYTE / 2));
    assertEquals(4, client.shared.blocks.inUse());

    client.leaves();

    assertEquals(0, client.shared.blocks.inUse());
  }

  @Test
  void releasesBlocksThatNoWorkerTakes() {
    client = new Client(limits(MEGABYTE), directory);
    client.queues.close();
    begin(MEGABYTE);

    client.send("a".repeat(MEGABYTE));

    assertTrue(client.got().startsWith("HTTP/1.1 503 "));
    assertEquals(0, client.shared.blocks.inUse());
  }

  @Test
  void putsLargeContentsIntoAFileWithoutAName() throws IOException {
    var text = "0123456789abcdef".repeat(20_000);
    begin(text.length());

    for (int i = 0; i < text.length(); i += 1000) {
      client.send(text.substring(i, i + 1000));
    }
    assertFalse(client.hasExchange());
    client.disk();

    var content = client.exchange().request().content();
    assertInstanceOf(Content.Spooled.class, content);
    assertEquals(text.length(), content.length());
    assertEquals(text, Client.text(content));
    try (var files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
    content.close();
  }

  @Test
  void readsNoFasterThanTheDiskWrites() {
    begin(4 * MEGABYTE);
    client.send("x".repeat(MEGABYTE + 256 * 1024)).send("x".repeat(1000));
    assertTrue(client.readingPaused);

    client.disk();

    assertFalse(client.readingPaused);
  }

  @Test
  void readsTheNextRequestAfterTheFileIsComplete() {
    begin(2000);

    client.send("x".repeat(2000)).get("/next");
    assertFalse(client.hasExchange());
    client.disk();

    var first = client.exchange();
    var second = client.exchange();
    first.request().content().close();
    assertEquals("/next", second.request().path());
  }

  @Test
  void releasesTheFileWhenTheClientLeaves() {
    begin(3000);
    client.send("x".repeat(2000));

    client.leaves();
    client.disk();

    assertFalse(client.hasExchange());
  }

  @Test
  void releasesACompleteFileWhenTheClientHasLeftMeanwhile() {
    begin(2000);
    client.send("x".repeat(2000));

    client.leaves();
    client.disk();

    assertFalse(client.hasExchange());
  }

  @Test
  void releasesTheContentWhenNoWorkerTakesIt() {
    client.shared.workers().remove(client.queues);
    begin(2000);

    client.send("x".repeat(2000));
    client.disk();

    assertTrue(client.got().startsWith("HTTP/1.1 503 "));
    assertFalse(client.closed || client.outputEnded);
  }

  @Test
  void answers500WhenTheDiskFails() throws IOException {
    Files.delete(directory);
    begin(200_000);

    client.send("x".repeat(150_000));
    client.disk();

    assertTrue(client.wasRefusedWith(500));
    Files.createDirectory(directory); // for its deletion after the test
  }
}
