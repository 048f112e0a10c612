package org.yimmo.wsgi.exchange;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.exchange.TestExchanges.exchange;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CreditTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Exchange exchange = exchange("/", 100);

  @Test
  void isThereUpToTheWindow() {
    assertTrue(exchange.tryTakeCredit(60));
    assertTrue(exchange.tryTakeCredit(40));
    assertFalse(exchange.tryTakeCredit(1));
  }

  @Test
  void comesBackWhenContentWasWritten() {
    exchange.tryTakeCredit(100);

    exchange.returnCredit(30);

    assertFalse(exchange.tryTakeCredit(31));
    assertTrue(exchange.tryTakeCredit(30));
  }

  @Test
  void aChunkLargerThanTheWindowPassesAlone() {
    assertTrue(exchange.tryTakeCredit(1000));
    assertFalse(exchange.tryTakeCredit(1));

    exchange.returnCredit(1000);

    assertTrue(exchange.tryTakeCredit(1));
    assertFalse(exchange.tryTakeCredit(1000));
  }

  @Test
  void aWaitEndsWhenEnoughCameBack() {
    exchange.tryTakeCredit(100);
    var waiting = CompletableFuture.supplyAsync(() -> exchange.takeCredit(50));

    exchange.returnCredit(25);
    exchange.returnCredit(25);

    assertTrue(assertTimeoutPreemptively(DEADLINE, waiting::join));
  }

  @Test
  void aWaitEndsWithoutCreditWhenTheClientLeaves() {
    exchange.tryTakeCredit(100);
    var waiting = CompletableFuture.supplyAsync(() -> exchange.takeCredit(50));

    exchange.abandon();

    assertFalse(assertTimeoutPreemptively(DEADLINE, waiting::join));
    assertTrue(exchange.abandoned());
  }

  @Test
  void aWindowMustHoldSomething() {
    assertThrows(IllegalArgumentException.class, () -> exchange("/", 0));
  }
}
