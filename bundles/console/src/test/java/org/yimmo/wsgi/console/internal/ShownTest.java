package org.yimmo.wsgi.console.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShownTest {
  private static final List<Map<String, Object>> ROWS =
      List.of(
          row("worker", "worker-1", "target", "/a/rather/long/target", "age.seconds", 7384),
          row("worker", "worker-2", "target", "/", "age.seconds", 5));

  private static Map<String, Object> row(Object... namesAndValues) {
    var row = new LinkedHashMap<String, Object>();
    for (var i = 0; i < namesAndValues.length; i += 2) {
      row.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return row;
  }

  @Test
  void showsRowsAsATableWithUnits() {
    assertEquals(
        """
        WORKER    TARGET                       AGE
        worker-1  /a/rather/long/target  2 h 3 min
        worker-2  /                            5 s\
        """,
        Shown.of(ROWS, 0));
  }

  @Test
  void cutsTheWidestTextToFitTheTerminal() {
    assertEquals(
        """
        WORKER    TARGET          AGE
        worker-1  /a/rath…  2 h 3 min
        worker-2  /               5 s\
        """,
        Shown.of(ROWS, 29));
  }

  @Test
  void neverCutsNumbers() {
    assertTrue(Shown.of(ROWS, 10).contains("2 h 3 min"));
  }

  @Test
  void cutsTheHeadingsOfNumbersWhenTextDoesNotSuffice() {
    var rows = List.of(row("name", "shop", "in.flight", 3, "connections", 12345));

    assertEquals("NAME  IN F…  CONN…\nshop      3  12345", Shown.of(rows, 18));
  }

  @Test
  void leavesOutColumnsInWhichNothingStandsBeforeItCuts() {
    var rows = List.of(row("name", "a-long-name", "version", "", "path", "/"));

    assertEquals("NAME         VERSION  PATH\na-long-name  -        /", Shown.of(rows, 26));
    assertEquals("NAME         PATH\na-long-name  /", Shown.of(rows, 25));
  }

  @Test
  void showsTextOfSeveralLinesBelowItsRow() {
    var rows =
        List.of(
            row("worker", "worker-1", "stack", "one\n  two\n"), row("worker", "w2", "stack", ""));

    assertEquals("WORKER\nworker-1\n    one\n      two\nw2", Shown.of(rows, 80));
  }

  @Test
  void showsASentenceBelowItsRowWhenMostOfItWouldBeCut() {
    var rows =
        List.of(
            row("name", "shop", "state", "FAILED", "reason", "there is no module of that name"),
            row("name", "hello", "state", "ACTIVE", "reason", ""));

    assertEquals(
        """
        NAME   STATE
        shop   FAILED
            there is no module of
            that name
        hello  ACTIVE\
        """,
        Shown.of(rows, 25));
    assertEquals(
        """
        NAME   STATE   REASON
        shop   FAILED  there is no modul…
        hello  ACTIVE  -\
        """,
        Shown.of(rows, 33));
  }

  @Test
  void cutsOtherTextHoweverMuchOfItIsLost() {
    var rows = List.of(row("name", "shop", "request", "GET /a/very/long/path/to/something"));

    assertEquals("NAME  REQUEST\nshop  GET /a/…", Shown.of(rows, 14));
  }

  @Test
  void alignsNumbersEvenIfTheFirstRowHasNone() {
    var rows = List.of(row("n", null), row("n", 12345));

    assertEquals("    N\n    -\n12345", Shown.of(rows, 0));
  }

  @Test
  void showsAMapAsNamesAndValuesBeforeItsTables() {
    assertEquals(
        """
        pid     71
        uptime  1 min 5 s

        WORKERS
        N
        1\
        """,
        Shown.of(row("pid", 71, "uptime.seconds", 65, "workers", List.of(row("n", 1))), 0));
  }

  @Test
  void showsLinesAsTheyAre() {
    assertEquals("one\ntwo", Shown.of(List.of("one", "two"), 80));
  }

  @Test
  void wrapsLinesThatAreTooLong() {
    assertEquals("  one two\n  three", Shown.of(List.of("  one two three"), 10));
  }

  @Test
  void saysThatThereIsNothing() {
    assertEquals("none", Shown.of(List.of(), 80));
  }

  @Test
  void leavesToGogoWhatIsNoResultOfACommand() {
    assertFalse(Shown.fits(List.of(1, 2)));
    assertFalse(Shown.fits(Arrays.asList("a", null)));
    assertFalse(Shown.fits(Map.of(1, 2)));
    assertFalse(Shown.fits("text"));
    assertTrue(Shown.fits(ROWS));
  }
}
