package org.yimmo.wsgi.deploy.internal.release;

import java.util.Locale;

/** What a drop is to the processes that get it. */
public enum Kind {
  /** Files, of which the extender makes an application. */
  PYTHON,
  /** A bundle that is an application: a new version can stand beside the old one in a process. */
  JAVA,
  /** Any other bundle: those that depend on it shall not notice that a new version comes. */
  BUNDLE;

  /** As a generation file has it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one with that word.
   *
   * @throws IllegalArgumentException there is none
   */
  public static Kind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
