package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code yimmo:settings} and {@code yimmo:set} do. */
class LiveSettingsTest {
  private final List<Settings> published = new ArrayList<>();

  private LiveSettings live(String... arguments) {
    return new LiveSettings(Call.with(arguments).settings(), new Role.Alone(), published::add);
  }

  private static String refusal(LiveSettings live, String... words) {
    return assertThrows(IllegalArgumentException.class, () -> live.change(List.of(words)))
        .getMessage();
  }

  @Test
  void showsValueSourceAndWhetherItIsLive() {
    var rows = live("--idle-timeout", "7").show(List.of("idle"));

    assertEquals(
        "[{setting=idle-timeout, value=7, live=true, source=--idle-timeout on the command line}]",
        rows.toString());
  }

  @Test
  void publishesWhatWasChanged() {
    var live = live("--idle-timeout", "7");

    live.change(List.of("idle-timeout", "9"));
    live.change(List.of("--max-body-bytes", "10m"));

    assertEquals(9_000, published.getLast().millis(Setting.IDLE_TIMEOUT));
    assertEquals(10 << 20, published.getLast().number(Setting.MAX_BODY_BYTES));
    assertTrue(live.show(List.of("idle")).toString().contains("in the console"));
  }

  @ParameterizedTest
  @CsvSource({
    "no-threads, 4, is read when a process starts",
    "threads, 4, is read when a process starts",
    "bind, 0.0.0.0:1, is read when a process starts",
    "nonsense, 4, there is no setting",
    "idle-timeout, soon, set idle-timeout in the console is \"soon\"",
    "timeout, 5, started without --timeout",
  })
  void saysWhyItRefuses(String setting, String value, String reason) {
    var refusal = refusal(live(), setting, value);

    assertTrue(refusal.contains(reason), refusal);
    assertEquals(List.of(), published);
  }

  @Test
  void changesADeadlineWhereThereIsOne() {
    var live = live("--timeout", "30");

    live.change(List.of("timeout", "60"));

    assertEquals(60_000, published.getLast().millis(Setting.TIMEOUT));
    assertTrue(refusal(live, "timeout", "0").contains("large timeout"));
  }

  @Test
  void saysHowToWriteIt() {
    assertTrue(refusal(live(), "idle-timeout").contains("write yimmo:set "));
  }
}
