package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6455 §5.2: the shortest length, no mask. */
class FrameEncoderTest {
  @ParameterizedTest
  @CsvSource({
    "0,8100",
    "1,8101",
    "125,817d",
    "126,817e007e",
    "65535,817effff",
    "65536,817f0000000000010000",
    "16777216,817f0000000001000000"
  })
  void writesTheShortestLength(int length, String head) {
    assertEquals(head, hex(FrameEncoder.head(0x81, length)));
  }

  @Test
  void writesCloses() {
    assertEquals("", hex(FrameEncoder.close(1005, "")));
    assertEquals("03e8", hex(FrameEncoder.close(1000, "")));
    assertEquals("03f1616263", hex(FrameEncoder.close(1009, "abc")));
  }

  @Test
  void cutsAReasonBetweenCharacters() {
    var payload = FrameEncoder.close(1000, "a" + "é".repeat(100));

    assertEquals(2 + 123, payload.length); // a and 61 times é
    assertEquals("c3a9", hex(payload).substring(2 * 123));
    assertEquals(2 + 122, FrameEncoder.close(1000, "é".repeat(100)).length);
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
