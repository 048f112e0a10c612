package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The number of a process as a user gives it. */
final class Pid {
  private Pid() {}

  static Optional<Long> of(String text) {
    return text.matches("[1-9]\\d{0,9}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  /** What a pid file says. */
  static long in(Path file) throws SettingsException {
    try {
      return of(Files.readString(file).strip())
          .orElseThrow(() -> new SettingsException("there is no pid in " + file));
    } catch (IOException e) {
      throw new SettingsException("cannot read the pid file " + file, e);
    }
  }
}
