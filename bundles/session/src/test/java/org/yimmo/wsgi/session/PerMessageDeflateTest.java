package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692. */
class PerMessageDeflateTest {
  private static final int TEXT = 0xC1; // FIN, RSV1
  private static final int FIRST_TEXT = 0x41;
  private static final int MIDDLE = 0x00;
  private static final int LAST = 0x80;

  private final PerMessageDeflate deflate = new PerMessageDeflate();

  private List<String> lines(Frames frames) {
    return lines(frames, 1 << 20);
  }

  private List<String> lines(Frames frames, int limit) {
    var whole = Received.of(frames.octets(), 1 << 24, limit, Optional.of(deflate)).lines;
    assertEquals(whole, Received.of(frames.octets(), 1, limit, Optional.of(deflate)).lines);
    return whole;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "Permessage-Deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=\"8\"",
        "permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate;client_max_window_bits ; server_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate",
      })
  void isAccepted(String offer) {
    assertTrue(PerMessageDeflate.acceptable(offer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "permessage-bzip2",
        "permessage-deflate-x",
        "permessage-deflate; server_max_window_bits=9",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=016",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; unknown",
      })
  void isDeclined(String offer) {
    assertFalse(PerMessageDeflate.acceptable(offer));
  }

  @Test
  void readsTheExamplesOfTheRfc() { // §7.2.3
    assertEquals(List.of("text Hello"), lines(Frames.of().hex(TEXT, "f248cdc9c90700")));
    assertEquals(
        List.of("text Hello"), lines(Frames.of().hex(FIRST_TEXT, "f248cd").hex(LAST, "c9c90700")));
    assertEquals(List.of("text Hello"), lines(Frames.of().hex(TEXT, "000500faff48656c6c6f00")));
    assertEquals(List.of("text Hello"), lines(Frames.of().hex(TEXT, "f348cdc9c9070000")));
    assertEquals(List.of("text Hello"), lines(Frames.of().hex(TEXT, "f24805000000ffffcac9c90700")));
  }

  @Test
  void needsNoContextOfEarlierMessages() {
    var frames =
        Frames.of().hex(TEXT, "f248cdc9c90700").frame(0x81, "plain").hex(TEXT, "f248cdc9c90700");

    assertEquals(List.of("text Hello", "text plain", "text Hello"), lines(frames));
  }

  @Test
  void readsAnEmptyMessage() {
    assertEquals(List.of("text "), lines(Frames.of().hex(TEXT, "00")));
    assertEquals(List.of("text "), lines(Frames.of().hex(TEXT, "")));
  }

  @Test
  void refusesTheBitAfterTheFirstFrame() {
    var frames = Frames.of().hex(FIRST_TEXT, "f248cd").hex(0xC0, "c9c90700");

    assertEquals(List.of("fails 1002"), lines(frames));
  }

  @Test
  void refusesTheBitInControlFrames() {
    assertEquals(List.of("fails 1002"), lines(Frames.of().hex(0xC9, "")));
  }

  @Test
  void refusesWhatIsNotDeflated() {
    assertEquals(List.of("fails 1007"), lines(Frames.of().hex(TEXT, "ffffffff")));
    assertEquals(List.of("fails 1007"), lines(Frames.of().hex(TEXT, "0605")));
  }

  @Test
  void checksUtf8OfTheContent() {
    var wrong = compress(new byte[] {'a', (byte) 0xFF});

    assertEquals(List.of("fails 1007"), lines(Frames.of().frame(TEXT, wrong)));
  }

  @Test
  void doesNotInflateMoreThanAllowed() {
    var bomb = compress(new byte[10_000_000]);

    assertTrue(bomb.length < 20_000);
    assertEquals(List.of("fails 1009"), lines(Frames.of().frame(0xC2, bomb), 100_000));
    assertEquals(1, lines(Frames.of().frame(0xC2, bomb), 10_000_000).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 1000, 65_536, 1 << 20, 16 << 20})
  void bringsTextsThere(int size) throws WebSocketFailure {
    var text = "A text of some length, and again. ".repeat(size / 34 + 1).substring(0, size);

    var compressed = deflate.deflate(text.getBytes(UTF_8));

    assertEquals(size >= PerMessageDeflate.LEAST_BYTES, compressed.isPresent());
    if (compressed.isPresent()) {
      var octets = compressed.get();
      assertTrue(octets.length < size);
      assertEquals(text, new String(deflate.inflate(octets, octets.length, 16 << 20), UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 1000, 65_536, 1 << 20})
  void leavesWhatDoesNotGetShorter(int size) {
    var noise = new byte[size];
    new Random(size).nextBytes(noise);

    assertEquals(Optional.empty(), deflate.deflate(noise));
  }

  @Test
  void bringsMixedContentThere() throws WebSocketFailure {
    var content = new byte[300_000];
    var random = new Random(1);
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) random.nextInt(16);
    }

    var compressed = deflate.deflate(content).orElseThrow();

    assertArrayEquals(content, deflate.inflate(compressed, compressed.length, 300_000));
  }

  @Test
  void readsFragmentsOfOneOctet() {
    var compressed = compress("Hello, fragments".getBytes(UTF_8));
    var frames = Frames.of();
    for (int i = 0; i < compressed.length; i++) {
      var last = i == compressed.length - 1;
      frames.frame(
          i == 0 ? FIRST_TEXT : last ? LAST : MIDDLE, Arrays.copyOfRange(compressed, i, i + 1));
    }

    assertEquals(List.of("text Hello, fragments"), lines(frames));
  }

  /** As RFC 7692 §7.2.1 says it, without the code under test. */
  private static byte[] compress(byte[] content) {
    var deflater = new Deflater(9, true);
    deflater.setInput(content);
    var octets = new byte[content.length + 100];
    var length = deflater.deflate(octets, 0, octets.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(octets, length - 4);
  }
}
