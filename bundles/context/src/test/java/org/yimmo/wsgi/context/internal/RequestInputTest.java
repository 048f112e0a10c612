package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;

class RequestInputTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsAllInOne(boolean onDisk) throws IOException {
    var bytes = random(300_000);

    try (var content = content(bytes, onDisk)) {
      var input = RequestInput.of(content);

      assertEquals(onDisk, input.onDisk());
      assertEquals(300_000, input.remaining());
      assertArrayEquals(bytes, input.readAllBytes());
      assertEquals(0, input.remaining());
      assertEquals(-1, input.read());
      assertEquals(0, input.read(ByteBuffer.allocate(10)));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsInPiecesOfAllSizes(boolean onDisk) throws IOException {
    var bytes = random(300_000);
    var sizes = new Random(2);

    try (var content = content(bytes, onDisk)) {
      var input = RequestInput.of(content);
      var read = ByteBuffer.allocate(bytes.length);
      while (read.hasRemaining()) {
        var size = Math.min(read.remaining(), 1 + sizes.nextInt(100_000));
        var piece = ByteBuffer.allocate(size);
        assertEquals(size, input.read(piece));
        read.put(piece.flip());
        assertEquals(read.remaining(), input.remaining());
      }
      assertArrayEquals(bytes, read.array());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void findsLinesOfAllLengths(boolean onDisk) throws IOException {
    var expected =
        List.of("a\n", "\n", "b".repeat(200_000) + "\n", "c\r\n", "d".repeat(65_535) + "\n", "end");

    try (var content = content(ascii(String.join("", expected)), onDisk)) {
      var input = RequestInput.of(content);
      var lines = new ArrayList<String>();
      for (var length = input.lineLength(Integer.MAX_VALUE);
          length > 0;
          length = input.lineLength(Integer.MAX_VALUE)) {
        lines.add(new String(input.readNBytes(length), java.nio.charset.StandardCharsets.US_ASCII));
      }
      assertEquals(expected, lines);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void looksNoFurtherThanTheLimit(boolean onDisk) throws IOException {
    try (var content = content(ascii("abcdef\n"), onDisk)) {
      var input = RequestInput.of(content);

      assertEquals(4, input.lineLength(4));
      assertEquals(7, input.lineLength(100));
      assertEquals(7, input.remaining());
    }
  }

  @Test
  void findsLinesThatGoOnInTheNextBlock() throws IOException {
    var blocks = new ContentBlocks(3);
    try (var content = inBlocks(blocks, "ab", "c\nde", "f")) {
      var input = RequestInput.of(content);

      assertEquals(3, input.lineLength(3));
      assertEquals(4, input.lineLength(100));
      assertEquals("abc\n", text(input, 4));
      assertEquals(3, input.lineLength(100));
      assertEquals(3, input.remaining());
      assertEquals("def", text(input, 100));
      assertEquals(0, input.lineLength(100));
      assertEquals(-1, input.read());
    }
    assertEquals(0, blocks.inUse());
  }

  private static Content inBlocks(ContentBlocks blocks, String... octets) {
    var filled = new ArrayList<ContentBlocks.Block>();
    for (var each : octets) {
      var block = blocks.take(ContentBlocks.BLOCK_BYTES);
      block.bytes().put(ascii(each)).flip();
      filled.add(block);
    }
    return new Content.InBlocks(filled);
  }

  private static String text(RequestInput input, int limit) throws IOException {
    var target = ByteBuffer.allocate(limit);
    input.read(target);
    return new String(target.array(), 0, target.position(), StandardCharsets.US_ASCII);
  }

  @Test
  void cannotBeReadWhenTheRequestIsOver() {
    var input = RequestInput.of(new Content.Memory(ByteBuffer.wrap(ascii("abc"))));

    input.close();

    assertThrows(IOException.class, input::read);
    assertThrows(IOException.class, () -> input.read(ByteBuffer.allocate(1)));
    assertThrows(IOException.class, () -> input.lineLength(1));
  }

  @Test
  void saysWhenTheFileIsShorterThanTheContent() throws IOException {
    var file = file(ascii("abc"));
    try (var content = new Content.Spooled(file, 10)) {
      var input = RequestInput.of(content);

      assertThrows(IOException.class, input::readAllBytes);
    }
  }

  private Content content(byte[] bytes, boolean onDisk) throws IOException {
    return onDisk
        ? new Content.Spooled(file(bytes), bytes.length)
        : new Content.Memory(ByteBuffer.wrap(bytes));
  }

  private FileChannel file(byte[] bytes) throws IOException {
    return FileChannel.open(
        Files.write(directory.resolve("content"), bytes), StandardOpenOption.READ);
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
