package org.yimmo.wsgi.proc.internal.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * The folder of the sockets of a manager with its workers, or of a process without a manager. Only
 * its user may enter: that is all the protection that most of them have.
 *
 * <p>A process that is killed cannot delete it: the workers of a manager do, and else the next
 * process.
 */
public final class SocketFolder {
  /** The name of the console's socket in it; in that of a worker its number follows. */
  public static final String CONSOLE = "console";

  private static final String PREFIX = "yimmo-wsgi-";

  private SocketFolder() {}

  /**
   * Makes it.
   *
   * @param pid of its process
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

  /** A process that is just starting has its folder before it listens. */
  private static boolean ofDeadProcess(Path folder) {
    var number = folder.getFileName().toString().substring(PREFIX.length());
    return number.matches("[1-9]\\d{0,9}") && ProcessHandle.of(Long.parseLong(number)).isEmpty();
  }

  /**
   * Deletes it if its process listens no more; it may be one of another container that shares the
   * parent folder. What cannot be deleted stays.
   */
  public static void deleteIfAbandoned(Path folder) {
    if (answers(folder.resolve(Connection.CONTROL)) || answers(folder.resolve(CONSOLE))) {
      return;
    }
    try {
      delete(folder);
    } catch (IOException _) {
      // another one deletes it, too
    }
  }

  private static boolean answers(Path socket) {
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** Deletes it with what is in it. */
  public static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      files.forEach(SocketFolder::deleteFile);
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
