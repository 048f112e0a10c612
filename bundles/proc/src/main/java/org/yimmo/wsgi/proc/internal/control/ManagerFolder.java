package org.yimmo.wsgi.proc.internal.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * The folder of the manager's sockets. Only its user may enter: that is all the protection.
 *
 * <p>A manager that is killed cannot delete it: its workers do, and else the next manager.
 */
public final class ManagerFolder {
  private static final String PREFIX = "yimmo-wsgi-";

  private ManagerFolder() {}

  /**
   * Makes it.
   *
   * @param pid of the manager
   */
  public static Path create(Map<String, String> environment, long pid) throws IOException {
    var folder = parent(environment).resolve(PREFIX + pid);
    delete(folder); // of a dead process with the same number
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    deleteOthersAbandoned(folder);
    return folder;
  }

  private static Path parent(Map<String, String> environment) {
    var runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    var usable =
        !runtime.isEmpty()
            && Files.isDirectory(Path.of(runtime))
            && Files.isWritable(Path.of(runtime));
    return Path.of(usable ? runtime : System.getProperty("java.io.tmpdir")).toAbsolutePath();
  }

  /** What cannot be cleaned up is no reason not to start. */
  private static void deleteOthersAbandoned(Path own) {
    try (var siblings = Files.newDirectoryStream(own.getParent(), PREFIX + "*")) {
      var owner = Files.getOwner(own);
      for (var sibling : siblings) {
        if (!sibling.equals(own)
            && ofDeadProcess(sibling)
            && Files.isDirectory(sibling, LinkOption.NOFOLLOW_LINKS)
            && Files.getOwner(sibling, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
          deleteIfAbandoned(sibling);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // see above
    }
  }

  /** A manager that is just starting has its folder before it listens. */
  private static boolean ofDeadProcess(Path folder) {
    var number = folder.getFileName().toString().substring(PREFIX.length());
    return number.matches("[1-9]\\d{0,9}") && ProcessHandle.of(Long.parseLong(number)).isEmpty();
  }

  /** Deletes it if no manager listens in it any more. What cannot be deleted stays. */
  public static void deleteIfAbandoned(Path folder) {
    try (var _ = Connection.to(folder)) {
      // somebody listens, perhaps in another container that shares the parent folder
    } catch (IOException _) {
      try {
        delete(folder);
      } catch (IOException _) {
        // another one deletes it, too
      }
    }
  }

  /** Deletes it with what is in it. */
  public static void delete(Path folder) throws IOException {
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
