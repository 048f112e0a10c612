package org.yimmo.wsgi.proc.internal.manage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a JVM wrote when it crashed. It ends itself by SIGABRT then, whatever it was that happened.
 *
 * @param signal what happened, such as {@code SIGSEGV}, where the report says so
 */
record CrashReport(Path file, Optional<String> signal) {
  private static final int HEAD_LINES = 10;
  private static final Pattern SIGNAL = Pattern.compile("^#\\s+(SIG[A-Z]+) \\(");

  /**
   * The report of a process that is gone; the start script names the file.
   *
   * @param folder in which it may be
   */
  static Optional<CrashReport> of(Path folder, long pid) {
    var file = folder.resolve("yimmo-wsgi-crash-" + pid + ".log");
    return Files.exists(file) ? Optional.of(new CrashReport(file, signal(file))) : Optional.empty();
  }

  private static Optional<String> signal(Path file) {
    try (var reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      return reader
          .lines()
          .limit(HEAD_LINES)
          .flatMap(line -> SIGNAL.matcher(line).results())
          .map(match -> match.group(1))
          .findFirst();
    } catch (IOException _) {
      return Optional.empty(); // the file is named all the same
    }
  }
}
