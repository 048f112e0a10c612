package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.yimmo.wsgi.context.internal.Calls.TEXT;
import static org.yimmo.wsgi.context.internal.Calls.bytes;
import static org.yimmo.wsgi.context.internal.Calls.call;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.exchange.ResponseHead;

/** Which parts a response becomes (PEP 3333, "Handling the Content-Length Header"). */
class ResponseFramingTest {
  @Test
  void oneChunkInAListIsAWholeResponseOfKnownLength() {
    var answer = call("GET", answering(TEXT, "hello"));

    assertEquals(List.of("whole hello"), answer.parts());
    assertEquals(5, answer.head().contentLength());
    assertEquals(200, answer.head().status());
    assertEquals("OK", answer.head().reason());
    assertEquals("text/plain", answer.head().fields().first("content-type").orElseThrow());
  }

  @Test
  void severalChunksAreSentAsTheyCome() {
    var answer = call("GET", answering(TEXT, "a", "b", "c"));

    assertEquals(List.of("start a", "more b", "more c", "end"), answer.parts());
    assertEquals(ResponseHead.UNKNOWN_LENGTH, answer.head().contentLength());
  }

  @Test
  void theHeadWaitsForTheFirstChunkThatIsNotEmpty() {
    var generator = new Calls.Generator("", "", "a", "", "b");

    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              return generator;
            });

    assertEquals(List.of("start a", "more b", "end"), answer.parts());
  }

  @Test
  void startResponseMayBeCalledByTheFirstStepOfTheIteration() {
    var answer =
        call(
            "GET",
            (_, startResponse) ->
                () -> {
                  startResponse.start("201 Created", TEXT);
                  return List.of(bytes("late")).iterator();
                });

    assertEquals(201, answer.head().status());
    assertEquals(List.of("start late", "end"), answer.parts());
  }

  @Test
  void noContentIsAWholeResponseOfLengthZero() {
    var answer = call("GET", answering(TEXT));

    assertEquals(List.of("whole "), answer.parts());
    assertEquals(0, answer.head().contentLength());
  }

  @Test
  void contentOfTheAnnouncedLengthEndsTheResponseAtOnce() {
    var fields = List.of(new Field("Content-Length", "3"));

    assertEquals(List.of("whole abc"), call("GET", answering(fields, "abc", "")).parts());
    assertEquals(
        List.of("start a", "more bc", "end"), call("GET", answering(fields, "a", "bc")).parts());
  }

  @Test
  void theFramingFieldIsNotAmongTheFields() {
    var answer = call("GET", answering(List.of(new Field("content-length", "1")), "a"));

    assertFalse(answer.head().fields().contains("Content-Length"));
    assertEquals(1, answer.head().contentLength());
  }

  @Test
  void contentBeyondTheAnnouncedLengthIsCutOff() {
    var fields = List.of(new Field("Content-Length", "3"));

    assertEquals(List.of("whole abc"), call("GET", answering(fields, "abcdef")).parts());
    assertEquals(
        List.of("start ab", "more c", "end"),
        call("GET", answering(fields, "ab", "cd", "e")).parts());
  }

  @Test
  void missingContentBreaksTheConnectionOff() {
    var fields = List.of(new Field("Content-Length", "3"));

    assertEquals(List.of("start a", "abort"), call("GET", answering(fields, "a", "")).parts());
  }

  @Test
  void announcedContentThatNeverCameIsAnError() {
    var answer = call("GET", answering(List.of(new Field("Content-Length", "3"))));

    assertEquals(500, answer.head().status());
    assertEquals(List.of("whole 500 Internal Server Error\n"), answer.parts());
  }

  @Test
  void headGetsTheLengthButNoContent() {
    var answer = call("HEAD", answering(TEXT, "hello"));

    assertEquals(List.of("whole "), answer.parts());
    assertEquals(5, answer.head().contentLength());
  }

  @Test
  void headDoesNotRunAGeneratorToItsEnd() {
    var generator = new Calls.Generator("a", "b", "c");

    var answer =
        call(
            "HEAD",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              return generator;
            });

    assertEquals(List.of("whole "), answer.parts());
    assertEquals(1, generator.taken);
    assertEquals(1, generator.closed);
    assertEquals(ResponseHead.UNKNOWN_LENGTH, answer.head().contentLength());
  }

  @ParameterizedTest
  @ValueSource(strings = {"204 No Content", "304 Not Modified"})
  void someStatusesCarryNoContent(String status) {
    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start(status, List.of());
              return List.of(bytes("ignored"));
            });

    assertEquals(List.of("whole "), answer.parts());
  }

  @Test
  void writeSendsAtOnceAndBeforeTheIterable() {
    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              var write = startResponse.start("200 OK", TEXT);
              write.write(bytes("a"));
              write.write(bytes("b"));
              return List.of(bytes("c"));
            });

    assertEquals(List.of("start a", "more b", "more c", "end"), answer.parts());
  }

  private static Application answering(List<Field> fields, String... chunks) {
    return (_, startResponse) -> {
      startResponse.start("200 OK", fields);
      return List.of(chunks).stream().map(Calls::bytes).toList();
    };
  }
}
