package org.yimmo.wsgi.console.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CommandTest {
  private static final Command ECHO =
      Command.of(
          Map.of(
              "yimmo.command", "echo",
              "yimmo.command.usage", "[--all] WORD",
              "yimmo.command.description", "Says it again. Nothing else.",
              "yimmo.command.example", "yimmo:echo hello",
              "yimmo.command.choices", new String[] {"hello"}),
          words -> List.of(Map.of("words", String.join(",", words))));

  @Test
  void passesItsArgumentsOn() {
    assertEquals(List.of(Map.of("words", "a,7")), ECHO.execute(null, List.of("a", 7L)));
  }

  @Test
  void givesJsonToPrograms() {
    assertEquals("[{\"words\":\"a\"}]", ECHO.execute(null, List.of("a", "--json")));
  }

  @Test
  void explainsItselfWithAnExample() {
    var help = (List<?>) ECHO.execute(null, List.of("--help"));

    assertEquals("yimmo:echo [--all] WORD", help.getFirst());
    assertTrue(help.contains("Example: yimmo:echo hello"), help.toString());
  }

  @Test
  void isSummedUpInItsFirstSentence() {
    assertEquals("Says it again.", ECHO.summary());
  }

  @Test
  void isCompletedWithTheChoicesOfTheMoment() {
    var applications = new AtomicReference<>("shop");
    Supplier<String[]> choices = () -> new String[] {applications.get()};
    var command = Command.of(Map.of("yimmo.command.choices", choices), words -> words);

    assertTrue(command.words().toList().contains("shop"));
    applications.set("store");
    assertTrue(command.words().toList().contains("store"));
  }

  @Test
  void isCompletedWithItsOptionsAndChoices() {
    assertEquals(List.of("--all", "hello", "--help", "--json"), ECHO.words().toList());
  }
}
