package org.yimmo.wsgi.proc.internal.manage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** The folder of the manager's sockets. Only its user may enter: that is all the protection. */
final class ManagerFolder {
  private ManagerFolder() {}

  static Path create(Map<String, String> environment, long pid) throws IOException {
    var runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    var parent =
        !runtime.isEmpty()
                && Files.isDirectory(Path.of(runtime))
                && Files.isWritable(Path.of(runtime))
            ? runtime
            : System.getProperty("java.io.tmpdir");
    var folder = Path.of(parent, "yimmo-wsgi-" + pid).toAbsolutePath();
    delete(folder); // of a dead process with the same number
    return Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      files.forEach(ManagerFolder::deleteFile);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.delete(folder);
  }

  private static void deleteFile(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
