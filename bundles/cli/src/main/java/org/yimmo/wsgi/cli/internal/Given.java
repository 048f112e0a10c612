package org.yimmo.wsgi.cli.internal;

import java.util.List;

/** What one source says about a setting: texts, not yet values. */
record Given(List<String> texts, Source source) {
  Given(String text, Source source) {
    this(List.of(text), source);
  }

  /** For messages, as it was written. */
  String text() {
    return String.join(",", texts);
  }

  /** The complaint about it, as a sentence. */
  SettingsException unfit(String needed) {
    return new SettingsException("%s is \"%s\": %s".formatted(source.phrase(), text(), needed));
  }
}
