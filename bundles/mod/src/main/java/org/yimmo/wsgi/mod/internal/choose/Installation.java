package org.yimmo.wsgi.mod.internal.choose;

import java.nio.file.Path;

/**
 * A CPython that can be embedded.
 *
 * @param version such as {@code 3.11.2}
 * @param executable what {@code sys.executable} becomes; in a virtual environment the one there, so
 *     that CPython finds the environment
 * @param library its shared library
 */
public record Installation(String version, Path executable, Path library) {
  /** 11 in {@code 3.11.2}. */
  public int minorVersion() {
    return Integer.parseInt(version.split("\\.", -1)[1]);
  }
}
