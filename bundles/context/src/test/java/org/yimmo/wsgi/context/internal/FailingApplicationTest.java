package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.context.internal.Calls.TEXT;
import static org.yimmo.wsgi.context.internal.Calls.bytes;
import static org.yimmo.wsgi.context.internal.Calls.call;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.exchange.Exchange;

class FailingApplicationTest {
  private static final List<String> ERROR_PAGE = List.of("whole 500 Internal Server Error\n");

  @Test
  void anExceptionInTheCallIsAnswered500() {
    var answer =
        call(
            "GET",
            (_, _) -> {
              throw new IllegalAccessException("secret");
            });

    assertEquals(500, answer.head().status());
    assertEquals(ERROR_PAGE, answer.parts());
  }

  @Test
  void anErrorOfTheJvmIsAnswered500Too() {
    var answer =
        call(
            "GET",
            (_, _) -> {
              throw new StackOverflowError();
            });

    assertEquals(ERROR_PAGE, answer.parts());
  }

  @Test
  void anExceptionAfterStartResponseReplacesTheHead() {
    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              throw new IllegalAccessException();
            });

    assertEquals(500, answer.head().status());
    assertEquals(ERROR_PAGE, answer.parts());
  }

  @Test
  void anExceptionAfterTheHeadWasSentBreaksTheConnectionOff() {
    var generator = new Calls.Generator(FailingApplicationTest::raise, "a");

    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              return generator;
            });

    assertEquals(List.of("start a", "abort"), answer.parts());
    assertEquals(1, generator.closed);
  }

  @Test
  void aCloseThatFailsDoesNotSpoilACompleteResponse() {
    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              return new FailingClose();
            });

    assertEquals(List.of("start a", "end"), answer.parts());
  }

  @Test
  void anApplicationMustCallStartResponse() {
    assertEquals(ERROR_PAGE, call("GET", (_, _) -> List.of(bytes("a"))).parts());
    assertEquals(ERROR_PAGE, call("GET", (_, _) -> List.of()).parts());
  }

  @Test
  void startResponseTwiceIsRefused() {
    var refused = new AtomicReference<Throwable>();

    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              refused.set(
                  assertThrows(
                      IllegalStateException.class, () -> startResponse.start("404 No", TEXT)));
              return List.of(bytes("a"));
            });

    assertTrue(refused.get().getMessage().contains("exc_info"));
    assertEquals(200, answer.head().status());
  }

  @Test
  void startResponseWithAnErrorReplacesTheHeadWhileItIsUnsent() {
    var answer = call("GET", new Restarting(new IllegalAccessException(), false));

    assertEquals(503, answer.head().status());
    assertEquals(List.of("whole sorry"), answer.parts());
  }

  @Test
  void startResponseWithAnErrorThrowsItOnceTheHeadIsSent() {
    var error = new IllegalAccessException();
    var restarting = new Restarting(error, true);

    var answer = call("GET", restarting);

    assertEquals(200, answer.head().status());
    assertEquals(List.of("start begun", "abort"), answer.parts());
    assertSame(error, restarting.described.getFirst());
  }

  @Test
  void anInvalidHeadLeavesTheApplicationFreeToGiveAnother() {
    var answer =
        call(
            "GET",
            (_, startResponse) -> {
              assertThrows(IllegalArgumentException.class, () -> startResponse.start("OK", TEXT));
              startResponse.start("200 OK", TEXT);
              return List.of(bytes("a"));
            });

    assertEquals(List.of("whole a"), answer.parts());
  }

  @Test
  void aClientThatLeftEndsTheIteration() {
    var exchange = Calls.exchange("GET");
    var generator = new Calls.Generator(FailingApplicationTest::raise, "a", "b", "c");

    var answer =
        call(
            exchange,
            (_, startResponse) -> {
              startResponse.start("200 OK", TEXT);
              exchange.abandon();
              return generator;
            });

    assertEquals(1, generator.taken);
    assertEquals(1, generator.closed);
    assertEquals(ERROR_PAGE, answer.parts()); // which the queue drops: the exchange is abandoned
  }

  @Test
  void writeTellsThatTheClientLeft() {
    var exchange = Calls.exchange("GET");

    call(
        exchange,
        (_, startResponse) -> {
          var write = startResponse.start("200 OK", TEXT);
          exchange.abandon();
          assertThrows(IOException.class, () -> write.write(bytes("a")));
          return List.of();
        });
  }

  @Test
  void waitsForASlowClientInsideWhileWaiting() {
    var application = new WaitingApplication();

    var answer = call(application.exchange, application);

    assertEquals(1, application.waits);
    assertEquals(List.of("start " + "x".repeat(1024), "more y", "end"), answer.parts());
  }

  private static void raise() {
    throw new UnsupportedOperationException("the application's fault");
  }

  /** Fills the window of 1024 bytes; the client takes it while the server waits. */
  private static final class WaitingApplication implements Application {
    private final Exchange exchange = Calls.exchange("GET");
    private int waits;

    @Override
    public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
      startResponse.start("200 OK", TEXT);
      return List.of(bytes("x".repeat(1024)), bytes("y"));
    }

    @Override
    public void whileWaiting(Runnable wait) {
      waits++;
      exchange.returnCredit(1024);
      wait.run();
    }
  }

  /** Handles an error by calling start_response again. */
  private static final class Restarting implements Application {
    private final Exception error;
    private final boolean late;
    private final List<Throwable> described = new ArrayList<>();

    Restarting(Exception error, boolean late) {
      this.error = error;
      this.late = late;
    }

    @Override
    public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse)
        throws Exception {
      var write = startResponse.start("200 OK", TEXT);
      if (late) {
        write.write(bytes("begun"));
      }
      try {
        startResponse.start("503 Sorry", TEXT, error);
      } catch (Exception e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      return List.of(bytes("sorry"));
    }

    @Override
    public String describe(Throwable failure) {
      described.add(failure);
      return "described";
    }
  }

  private static final class FailingClose implements Iterable<ByteBuffer>, AutoCloseable {
    @Override
    public java.util.Iterator<ByteBuffer> iterator() {
      return List.of(bytes("a")).iterator();
    }

    @Override
    public void close() {
      raise();
    }
  }
}
