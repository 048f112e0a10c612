package org.yimmo.wsgi.launcher;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * The wish to end the process. The service {@code IntConsumer} of docs/wiring.md: the first status
 * counts, and the caller never waits.
 */
final class ExitRequest implements IntConsumer {
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  @Override
  public void accept(int wanted) {
    status.complete(wanted);
  }

  boolean made() {
    return status.isDone();
  }

  /** Blocks until the exit is asked for. */
  int await() {
    return status.join();
  }
}
