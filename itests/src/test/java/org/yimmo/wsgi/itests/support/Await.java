package org.yimmo.wsgi.itests.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread or process will do, with a deadline. */
public final class Await {
  /** On a busy machine the start of a process takes many seconds. */
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  private Await() {}

  /** Returns when {@code condition} holds; an {@link AssertionError} names {@code what} if not. */
  public static void until(String what, BooleanSupplier condition) {
    value(what, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /** Returns the first value that {@code source} has. */
  public static <T> T value(String what, Supplier<Optional<T>> source) {
    return value(what, DEADLINE, source);
  }

  /** Returns the first value that {@code source} has within {@code deadline}. */
  public static <T> T value(String what, Duration deadline, Supplier<Optional<T>> source) {
    var end = System.nanoTime() + deadline.toNanos();
    while (true) {
      var value = source.get();
      if (value.isPresent()) {
        return value.get();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("did not happen within " + deadline + ": " + what);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
