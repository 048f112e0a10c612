package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.yimmo.wsgi.mod.internal.LivePython.answering;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;

import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** wsgi.input (PEP 3333, "Input and Error Streams"). */
@Tag("python")
class InputTest {
  private static final String CONTENT = "one\ntwo\n\nlast \u00ff";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          i.read()                          | b'one\\ntwo\\n\\nlast \\xff'
          i.read(-1)                        | b'one\\ntwo\\n\\nlast \\xff'
          i.read(None)                      | b'one\\ntwo\\n\\nlast \\xff'
          [i.read(5), i.read(100), i.read(1)] | [b'one\\nt', b'wo\\n\\nlast \\xff', b'']
          [i.read(0), i.read(2)]            | [b'', b'on']
          i.read(10 ** 30)                  | b'one\\ntwo\\n\\nlast \\xff'
          [i.readline(), i.readline(), i.readline(), i.readline(), i.readline()] | [b'one\\n', b'two\\n', b'\\n', b'last \\xff', b'']
          [i.readline(2), i.readline(None)] | [b'on', b'e\\n']
          i.readline(0)                     | b''
          i.readlines()                     | [b'one\\n', b'two\\n', b'\\n', b'last \\xff']
          i.readlines(5)                    | [b'one\\n', b'two\\n']
          list(i)                           | [b'one\\n', b'two\\n', b'\\n', b'last \\xff']
          [next(i), i.read(1), next(i)]     | [b'one\\n', b't', b'wo\\n']
          iter(i) is i                      | True
          """)
  void readsAsPythonFilesDo(String expression, String expected) {
    for (var onDisk : new boolean[] {false, true}) {
      var input = onDisk ? FakeInput.onDisk(CONTENT, () -> {}) : FakeInput.inMemory(CONTENT);
      var application = answering("i = environ['wsgi.input']\nanswer = " + expression);

      assertEquals(expected, serve(application, new FakeEnviron().with(input)).content());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          read('x')    | TypeError
          read(1.5)    | TypeError
          read(1, 2)   | TypeError
          readline({}) | TypeError
          readlines(1, 2) | TypeError
          """)
  void wrongArgumentsRaise(String call, String expected) {
    var application =
        answering(
            """
            try:
                environ["wsgi.input"].%s
            except Exception as error:
                answer = type(error).__name__
            """
                .formatted(call));

    assertEquals(expected, serve(application).content());
  }

  @Test
  void largeContentIsReadWhole() {
    var environ = new FakeEnviron().with(FakeInput.inMemory("x".repeat(5_000_000)));

    assertEquals(
        "5000000",
        serve(answering("answer = len(environ['wsgi.input'].read())"), environ).content());
  }

  @Test
  void unreadableContentIsAnOsError() {
    var input =
        FakeInput.onDisk(
            "lost",
            () -> {
              throw new UncheckedIOException(new java.io.IOException("disk broken"));
            });
    var application =
        answering(
            """
            try:
                environ["wsgi.input"].read()
            except OSError as error:
                answer = error
            """);

    assertEquals(
        "java.io.IOException: disk broken",
        serve(application, new FakeEnviron().with(input)).content());
  }

  @Test
  void readingFromADiskLetsOtherThreadsRun() {
    var otherRan = new CountDownLatch(1);
    var other = answering("answer = 'ran meanwhile'");
    var input =
        FakeInput.onDisk(
            "content",
            () -> {
              serve(other);
              otherRan.countDown();
            });

    var content =
        serve(answering("answer = environ['wsgi.input'].read()"), new FakeEnviron().with(input))
            .content();

    assertEquals("b'content'", content);
    assertEquals(0, otherRan.getCount());
  }

  @Test
  void anotherThreadOfTheApplicationMayRead() {
    for (var input :
        new FakeInput[] {FakeInput.inMemory("shared"), FakeInput.onDisk("shared", () -> {})}) {
      var application =
          answering(
              """
              from concurrent.futures import ThreadPoolExecutor
              with ThreadPoolExecutor(1) as pool:
                  answer = pool.submit(environ["wsgi.input"].read).result()
              """);

      assertEquals("b'shared'", serve(application, new FakeEnviron().with(input)).content());
    }
  }
}
