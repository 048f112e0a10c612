package org.yimmo.wsgi.cli.internal;

import java.util.ArrayList;
import java.util.List;
import org.yimmo.wsgi.cli.internal.Kind.Flag;

/** What {@code --print-config} shows: each setting, its value and its source. */
final class ConfigTable {
  private ConfigTable() {}

  static String render(Settings settings) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("SETTING", "VALUE", "SOURCE"));
    for (var setting : Setting.values()) {
      if (!(setting.kind() instanceof Flag)) {
        var value = settings.shown(setting);
        rows.add(
            List.of(
                setting.title(),
                value.isEmpty() ? "(none)" : value,
                settings.source(setting).phrase()));
      }
    }
    return Columns.render(rows);
  }
}
