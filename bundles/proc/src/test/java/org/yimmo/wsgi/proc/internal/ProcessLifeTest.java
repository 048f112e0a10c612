package org.yimmo.wsgi.proc.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.condition.Condition;

class ProcessLifeTest {
  private static final String GRACE_PERIOD_MILLIS = "yimmo.grace.period.millis";

  private final List<Integer> exits = new ArrayList<>();
  private final RaisedSignals signals = new RaisedSignals();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;
  private String pidFile = "";

  @AfterEach
  void clearProperty() {
    System.clearProperty(GRACE_PERIOD_MILLIS);
  }

  @Test
  void namesItselfInThePidFileUntilItEnds() throws IOException {
    var file = folder.resolve("pid");
    pidFile = file.toString();

    var life = start("worker");

    assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(file));
    life.deactivate();
    assertFalse(Files.exists(file));
  }

  @Test
  void anOldPidFileIsReplaced() throws IOException {
    var file = Files.writeString(folder.resolve("pid"), "999999999\n");
    pidFile = file.toString();

    start("worker");

    assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(file));
    assertEquals(List.of(), exits);
  }

  @Test
  void aPidFileThatCannotBeWrittenEndsTheProcess() {
    pidFile = folder.resolve("absent/pid").toString();

    start("worker");

    assertEquals(List.of(2), exits);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("choose another --pid"));
  }

  @Test
  void aSignalEndsTheProcessInOrder() {
    start("worker");

    signals.raise("TERM");

    assertEquals(List.of(0), exits);
  }

  @Test
  void anOrderedStopLeavesTheGracePeriodAsItIs() {
    System.setProperty(GRACE_PERIOD_MILLIS, "30000");
    start("worker");

    signals.raise("TERM");

    assertEquals("30000", System.getProperty(GRACE_PERIOD_MILLIS));
  }

  @ParameterizedTest
  @CsvSource({"30000, 1000", "500, 500"})
  void anInterruptShortensTheGracePeriod(String configured, String left) {
    System.setProperty(GRACE_PERIOD_MILLIS, configured);
    start("worker");

    signals.raise("INT");

    assertEquals(List.of(0), exits);
    assertEquals(left, System.getProperty(GRACE_PERIOD_MILLIS));
  }

  @Test
  void aFailureIsSaidAndItsStatusIsTheProcesss() {
    var life = start("worker");

    life.failed(
        Condition.INSTANCE, Map.of("exit.status", 3, "message", "cannot bind 0.0.0.0:8081"));

    assertEquals(List.of(3), exits);
    assertEquals("yimmo-wsgi: cannot bind 0.0.0.0:8081\n", err.toString(StandardCharsets.UTF_8));
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aTracebackComesBeforeTheSentence() {
    var life = start("worker");

    life.failed(
        Condition.INSTANCE,
        Map.of("exit.status", 4, "message", "Traceback\n  1/0\ncannot import shop\n"));

    assertEquals(List.of(4), exits);
    assertEquals(
        "Traceback\n  1/0\nyimmo-wsgi: cannot import shop\n", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aCheckEndsWhenTheApplicationIsLoaded() {
    var life = start("check");

    life.loaded(Condition.INSTANCE, Map.of("message", "hello:app loaded"));

    assertEquals(List.of(0), exits);
    assertEquals("hello:app loaded\n", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aWorkerGoesOnWhenTheApplicationIsLoaded() {
    var life = start("worker");

    life.loaded(Condition.INSTANCE, Map.of("message", "hello:app loaded"));

    assertEquals(List.of(), exits);
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void signalsAreGivenBackWhenTheComponentGoes() {
    var life = start("worker");

    life.deactivate();

    assertEquals(1, signals.closed);
  }

  private ProcessLife start(String role) {
    return new ProcessLife(
        exits::add, () -> {}, role, "", 0, pidFile, signals, print(out), print(err));
  }

  private static PrintStream print(ByteArrayOutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }

  private static final class RaisedSignals extends Signals {
    private final Map<String, Runnable> tasks = new HashMap<>();
    private int closed;

    @Override
    public void on(String name, Runnable task) {
      tasks.put(name, task);
    }

    void raise(String name) {
      tasks.get(name).run();
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
