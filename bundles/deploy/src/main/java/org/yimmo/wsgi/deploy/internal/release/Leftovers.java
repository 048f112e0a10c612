package org.yimmo.wsgi.deploy.internal.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What lies in the folder of a project and is no part of the application. */
public final class Leftovers {
  private static final Set<String> NAMES =
      Set.of("__pycache__", ".git", ".hg", ".svn", ".tox", ".mypy_cache", ".pytest_cache");

  private Leftovers() {}

  /** What a folder holds otherwise, in order. */
  public static List<Path> without(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> !isOne(file)).sorted().toList();
    }
  }

  /** A virtual environment cannot be moved: it is used where it is. */
  private static boolean isOne(Path file) {
    return NAMES.contains(file.getFileName().toString())
        || Files.isRegularFile(file.resolve("pyvenv.cfg"));
  }
}
