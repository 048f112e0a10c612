package org.yimmo.wsgi.session;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455, frame by frame; each case arrives whole, in threes and octet by octet. */
class FrameDecoderTest {
  private static final int TEXT = 0x81;
  private static final int BINARY = 0x82;
  private static final int FIRST_TEXT = 0x01;
  private static final int FIRST_BINARY = 0x02;
  private static final int MIDDLE = 0x00;
  private static final int LAST = 0x80;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;

  record Case(String name, Frames frames, List<String> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case of(String name, Frames frames, String... expected) {
    return new Case(name, frames, List.of(expected));
  }

  private static Frames f() {
    return Frames.of();
  }

  private static String repeat(String unit, int times) {
    return unit.repeat(times);
  }

  static Stream<Case> messages() {
    return Stream.of(
        of("the example of RFC 6455 §5.7", f().raw("8185 37fa213d 7f9f4d5158"), "text Hello"),
        of("an empty text", f().frame(TEXT, ""), "text "),
        of("an empty binary", f().frame(BINARY, ""), "binary "),
        of("a text of 125 octets", f().frame(TEXT, repeat("*", 125)), "text " + repeat("*", 125)),
        of("a text of 126 octets", f().frame(TEXT, repeat("*", 126)), "text " + repeat("*", 126)),
        of("a text of 127 octets", f().frame(TEXT, repeat("*", 127)), "text " + repeat("*", 127)),
        of("a binary", f().hex(BINARY, "00 ff fe 7f"), "binary 00fffe7f"),
        of("two messages", f().frame(TEXT, "a").hex(BINARY, "01"), "text a", "binary 01"),
        of("a length in 16 bits that fits 7", f().raw("81fe0003 37fa213d 569842"), "fails 1002"),
        of(
            "a length in 64 bits that fits 7",
            f().raw("81ff0000000000000003 37fa213d 569842"),
            "fails 1002"),
        of("a length in 64 bits that fits 16", f().raw("82ff000000000000ffff"), "fails 1002"),
        of("a key of zeros", f().raw("8183 00000000 616263"), "text abc"));
  }

  static Stream<Case> fragments() {
    return Stream.of(
        of("two", f().frame(FIRST_TEXT, "Hel").frame(LAST, "lo"), "text Hello"),
        of("three", f().frame(FIRST_TEXT, "a").frame(MIDDLE, "b").frame(LAST, "c"), "text abc"),
        of("binary", f().hex(FIRST_BINARY, "01").hex(LAST, "02"), "binary 0102"),
        of("all empty", f().frame(FIRST_TEXT, "").frame(MIDDLE, "").frame(LAST, ""), "text "),
        of(
            "only the middle one has content",
            f().frame(FIRST_TEXT, "").frame(MIDDLE, "x").frame(LAST, ""),
            "text x"),
        of(
            "a ping in between comes first",
            f().frame(FIRST_TEXT, "a").hex(PING, "07").frame(LAST, "b"),
            "ping 07",
            "text ab"),
        of(
            "a pong in between",
            f().frame(FIRST_TEXT, "a").hex(PONG, "").frame(LAST, "b"),
            "pong ",
            "text ab"),
        of(
            "several control frames in between",
            f().frame(FIRST_TEXT, "a")
                .hex(PING, "01")
                .frame(MIDDLE, "b")
                .hex(PING, "02")
                .hex(PONG, "03")
                .frame(LAST, "c"),
            "ping 01",
            "ping 02",
            "pong 03",
            "text abc"),
        of(
            "a close in between",
            f().frame(FIRST_TEXT, "a").hex(CLOSE, "03e8").frame(LAST, "b"),
            "close 1000 "),
        of(
            "the next message begins anew",
            f().frame(FIRST_TEXT, "a").frame(LAST, "b").hex(FIRST_BINARY, "01").hex(LAST, "02"),
            "text ab",
            "binary 0102"),
        of("a continuation of nothing", f().frame(LAST, "a"), "fails 1002"),
        of("a continuation of nothing, unfinished", f().frame(MIDDLE, "a"), "fails 1002"),
        of(
            "a continuation after a whole message",
            f().frame(TEXT, "a").frame(LAST, "b"),
            "text a",
            "fails 1002"),
        of("a text within a text", f().frame(FIRST_TEXT, "a").frame(TEXT, "b"), "fails 1002"),
        of(
            "a first fragment within a message",
            f().frame(FIRST_TEXT, "a").frame(FIRST_TEXT, "b"),
            "fails 1002"),
        of(
            "a binary within an empty first fragment",
            f().frame(FIRST_TEXT, "").hex(BINARY, "01"),
            "fails 1002"));
  }

  static Stream<Case> controlFrames() {
    return Stream.of(
        of("an empty ping", f().hex(PING, ""), "ping "),
        of("a ping with content", f().hex(PING, "00fffe"), "ping 00fffe"),
        of("a ping of 125", f().hex(PING, repeat("fe", 125)), "ping " + repeat("fe", 125)),
        of("a ping of 126", f().hex(PING, repeat("fe", 126)), "fails 1002"),
        of("a pong nobody asked for", f().hex(PONG, "01"), "pong 01"),
        of("a pong of 126", f().hex(PONG, repeat("fe", 126)), "fails 1002"),
        of("ten pings", pings(10), pingLines(10)),
        of("a fragmented ping", f().hex(0x09, "01"), "fails 1002"),
        of("a fragmented pong", f().hex(0x0A, ""), "fails 1002"),
        of("a fragmented close", f().hex(0x08, "03e8"), "fails 1002"),
        of("a close of 126", f().hex(CLOSE, "03e8" + repeat("61", 124)), "fails 1002"),
        of("a ping with a length in 16 bits", f().raw("89fe0001 00000000 01"), "fails 1002"),
        of(
            "a ping with a length in 64 bits",
            f().raw("89ff0000000000000001 00000000 01"),
            "fails 1002"));
  }

  private static Frames pings(int count) {
    var frames = f();
    IntStream.range(0, count).forEach(i -> frames.frame(PING, new byte[] {(byte) i}));
    return frames;
  }

  private static String[] pingLines(int count) {
    return IntStream.range(0, count).mapToObj("ping %02x"::formatted).toArray(String[]::new);
  }

  static Stream<Case> heads() {
    return Stream.concat(
        Stream.of(
            of("an unmasked text", f().raw("8105 48656c6c6f"), "fails 1002"),
            of("an unmasked close", f().raw("8802 03e8"), "fails 1002"),
            of("an unmasked empty ping", f().raw("8900"), "fails 1002"),
            of("RSV1 without an extension", f().frame(TEXT | 0x40, "a"), "fails 1002"),
            of("RSV2", f().frame(TEXT | 0x20, "a"), "fails 1002"),
            of("RSV3", f().frame(TEXT | 0x10, "a"), "fails 1002"),
            of("all reserved bits", f().frame(TEXT | 0x70, "a"), "fails 1002"),
            of("RSV1 in a ping", f().frame(PING | 0x40, ""), "fails 1002"),
            of("RSV3 in a close", f().frame(CLOSE | 0x10, ""), "fails 1002"),
            of(
                "what came before is delivered",
                f().frame(TEXT, "a").frame(TEXT | 0x20, "b"),
                "text a",
                "fails 1002"),
            of("a length of 2^63", f().raw("82ff 8000000000000000 00000000"), "fails 1002"),
            of("a length of 2^63 - 1", f().raw("82ff 7fffffffffffffff 00000000"), "fails 1009")),
        IntStream.of(3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF)
            .mapToObj(
                opcode -> of("opcode " + opcode, f().frame(0x80 | opcode, "a"), "fails 1002")));
  }

  static Stream<Case> texts() {
    return Stream.of(
        of("two octets", f().hex(TEXT, "c3a9"), "text é"),
        of("three octets", f().hex(TEXT, "e282ac"), "text €"),
        of("four octets", f().hex(TEXT, "f09f9880"), "text 😀"),
        of("the first and last of each length", boundaries(), boundaryLines()),
        of("a character over two frames", f().hex(FIRST_TEXT, "e2").hex(LAST, "82ac"), "text €"),
        of(
            "a character over four frames",
            f().hex(FIRST_TEXT, "f0").hex(MIDDLE, "9f").hex(MIDDLE, "98").hex(LAST, "80"),
            "text 😀"),
        of(
            "a character around a ping",
            f().hex(FIRST_TEXT, "c3").hex(PING, "ff").hex(LAST, "a9"),
            "ping ff",
            "text é"),
        of("a BOM", f().hex(TEXT, "efbbbf"), "text \uFEFF"),
        of(
            "noncharacters",
            f().hex(TEXT, "efbfbe efbfbf f09fbfbe"),
            "text \uFFFE\uFFFF\uD83F\uDFFE"),
        of("NUL", f().hex(TEXT, "00"), "text \0"),
        of("binary need not be UTF-8", f().hex(BINARY, "ff"), "binary ff"),
        of("a lone continuation", f().hex(TEXT, "80"), "fails 1007"),
        of("an incomplete character of two", f().hex(TEXT, "c3"), "fails 1007"),
        of("an incomplete character of three", f().hex(TEXT, "e282"), "fails 1007"),
        of("an incomplete character of four", f().hex(TEXT, "f09f98"), "fails 1007"),
        of("incomplete over frames", f().hex(FIRST_TEXT, "e2").hex(LAST, "82"), "fails 1007"),
        of("overlong slash of two", f().hex(TEXT, "c0af"), "fails 1007"),
        of("overlong NUL of two", f().hex(TEXT, "c080"), "fails 1007"),
        of("overlong DEL", f().hex(TEXT, "c1bf"), "fails 1007"),
        of("overlong slash of three", f().hex(TEXT, "e080af"), "fails 1007"),
        of("overlong slash of four", f().hex(TEXT, "f08080af"), "fails 1007"),
        of("overlong U+FFFF", f().hex(TEXT, "f08fbfbf"), "fails 1007"),
        of("the first surrogate", f().hex(TEXT, "eda080"), "fails 1007"),
        of("the last surrogate", f().hex(TEXT, "edbfbf"), "fails 1007"),
        of("a pair of surrogates", f().hex(TEXT, "eda080edb080"), "fails 1007"),
        of("U+110000", f().hex(TEXT, "f4908080"), "fails 1007"),
        of("five octets", f().hex(TEXT, "f888808080"), "fails 1007"),
        of("six octets", f().hex(TEXT, "fc8480808080"), "fails 1007"),
        of("FE", f().hex(TEXT, "fe"), "fails 1007"),
        of("FF", f().hex(TEXT, "ff"), "fails 1007"),
        of("ASCII within a character", f().hex(TEXT, "e28241"), "fails 1007"),
        of("a lead within a character", f().hex(TEXT, "e2c3a9"), "fails 1007"),
        of(
            "Greek, then a surrogate",
            f().hex(TEXT, "cebae1bdb9cf83cebccebe eda080 65"),
            "fails 1007"),
        of(
            "the message before was good",
            f().frame(TEXT, "ok").hex(TEXT, "ff"),
            "text ok",
            "fails 1007"),
        of(
            "wrong octets are seen before the frame has ended",
            f().head(TEXT, 1000).raw("c8"), // masked ff
            "fails 1007"),
        of(
            "wrong octets are seen before the message has ended",
            f().hex(FIRST_TEXT, "61ff"),
            "fails 1007"));
  }

  private static final int[] BOUNDARIES = {
    0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF
  };

  private static Frames boundaries() {
    var frames = f();
    IntStream.of(BOUNDARIES).forEach(it -> frames.frame(TEXT, Character.toString(it)));
    return frames;
  }

  private static String[] boundaryLines() {
    return IntStream.of(BOUNDARIES)
        .mapToObj(it -> "text " + Character.toString(it))
        .toArray(String[]::new);
  }

  static Stream<Case> closes() {
    var good =
        IntStream.of(
                1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
                4000, 4999)
            .mapToObj(code ->
                of("code " + code, f().hex(CLOSE, "%04x".formatted(code)), "close " + code + " "));
    var bad =
        IntStream.of(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
            .mapToObj(
                code -> of("code " + code, f().hex(CLOSE, "%04x".formatted(code)), "fails 1002"));
    var others =
        Stream.of(
            of("no code", f().hex(CLOSE, ""), "close 1005 "),
            of("half a code", f().hex(CLOSE, "03"), "fails 1002"),
            of("a reason", f().hex(CLOSE, "03e8 e282ac"), "close 1000 €"),
            of(
                "the longest reason",
                f().hex(CLOSE, "03e8" + repeat("61", 123)),
                "close 1000 " + repeat("a", 123)),
            of("a reason that is not UTF-8", f().hex(CLOSE, "03e8 ff"), "fails 1007"),
            of("a reason that is incomplete", f().hex(CLOSE, "03e8 e282"), "fails 1007"),
            of(
                "nothing after it",
                f().hex(CLOSE, "03e8").frame(TEXT, "a").hex(PING, ""),
                "close 1000 "),
            of("not even nonsense", f().hex(CLOSE, "03e8").raw("ffffffff"), "close 1000 "),
            of(
                "messages before it",
                f().frame(TEXT, "a").hex(CLOSE, "03e9"),
                "text a",
                "close 1001 "));
    return Stream.of(good, bad, others).flatMap(it -> it);
  }

  @ParameterizedTest
  @MethodSource({"messages", "fragments", "controlFrames", "heads", "texts", "closes"})
  void follows(Case expected) {
    for (var piece : new int[] {Integer.MAX_VALUE / 2, 3, 1}) {
      var received = Received.of(expected.frames.octets(), piece, 1 << 20, Optional.empty());

      assertEquals(expected.expected, received.lines, "in pieces of " + piece);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 1 << 20, 16 << 20})
  void takesAnySize(int size) {
    var content = new byte[size];
    new Random(size).nextBytes(content);
    var octets = Frames.of().frame(BINARY, content).octets();

    for (var piece : new int[] {Integer.MAX_VALUE / 2, 65536, 1021}) {
      var received = Received.of(octets, piece, 16 << 20, Optional.empty());

      assertEquals(1, received.messages.size());
      assertArrayEquals(content, received.messages.getFirst());
    }
  }

  @ParameterizedTest
  @CsvSource({"1048576,64", "1048576,4096", "4194304,65536", "16777216,1048576"})
  void takesAnySizeInFragments(int size, int fragment) {
    var content = "é".repeat(size / 2);
    var octets = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var frames = Frames.of();
    for (int from = 0; from < size; from += fragment) {
      var first = from == 0 ? FIRST_TEXT : MIDDLE;
      var last = from + fragment >= size ? 0x80 : 0;
      frames.frame(first | last, java.util.Arrays.copyOfRange(octets, from, from + fragment));
    }

    var received = Received.of(frames.octets(), 65536, 16 << 20, Optional.empty());

    assertEquals(1, received.messages.size());
    assertArrayEquals(octets, received.messages.getFirst());
  }

  @Test
  void takesNoMoreThanAllowed() {
    var limit = 1000;
    var exact = Frames.of().frame(TEXT, "a".repeat(limit)).octets();
    var announced = Frames.of().head(TEXT, limit + 1L).octets();
    var inFragments = Frames.of().frame(FIRST_TEXT, "a".repeat(limit)).head(LAST, 1).octets();
    var emptyFragments = Frames.of().frame(FIRST_TEXT, "a".repeat(limit)).frame(LAST, "").octets();

    assertEquals(List.of("text " + "a".repeat(limit)), lines(exact, limit));
    assertEquals(List.of("fails 1009"), lines(announced, limit));
    assertEquals(List.of("fails 1009"), lines(inFragments, limit));
    assertEquals(List.of("text " + "a".repeat(limit)), lines(emptyFragments, limit));
  }

  private static List<String> lines(byte[] octets, int limit) {
    return Received.of(octets, 100, limit, Optional.empty()).lines;
  }

  @Test
  void stopsWhereTheReceiverIsFull() throws WebSocketFailure {
    var taken =
        new FrameDecoder.Receiver() {
          private int messages;

          @Override
          public void message(boolean text, byte[] content) {
            messages++;
          }

          @Override
          public void ping(byte[] content) {}

          @Override
          public void pong(byte[] content) {}

          @Override
          public void close(int code, String reason) {}

          @Override
          public boolean full() {
            return messages == 2;
          }
        };
    var octets = Frames.of().frame(TEXT, "a").frame(TEXT, "b").frame(TEXT, "c").octets();

    var end = new FrameDecoder(100, Optional.empty(), taken).decode(octets, 0, octets.length);

    assertEquals(octets.length * 2 / 3, end);
  }

  @Test
  void countsItsCases() {
    var count =
        Stream.of(messages(), fragments(), controlFrames(), heads(), texts(), closes())
            .flatMap(it -> it)
            .map(Case::name)
            .collect(joining("\n"))
            .lines()
            .count();

    assertEquals(137, count);
  }
}
