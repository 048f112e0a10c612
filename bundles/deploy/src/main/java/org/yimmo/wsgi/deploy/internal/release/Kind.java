package org.yimmo.wsgi.deploy.internal.release;

import java.util.Locale;

/** What serves: the extender for Python, or the bundle itself for Java. */
public enum Kind {
  PYTHON,
  JAVA;

  /** As a generation file has it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one with that word.
   *
   * @throws IllegalArgumentException there is none
   */
  static Kind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
