package org.yimmo.wsgi.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * The folder in which the framework of one process keeps its notes; gone when closed.
 *
 * <p>A process that was killed cannot delete its folder: the next one does. A lock on a file in it
 * tells that the owner is alive.
 */
final class BundleCache implements AutoCloseable {
  private static final String PREFIX = "yimmo-wsgi-";
  private static final String LOCK = "lock";
  private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;
  private final FileChannel lock;

  private BundleCache(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Makes it. It is also deleted when a signal ends the JVM before anyone handles signals. */
  static BundleCache create(Path parent) throws IOException {
    var folder = created(parent);
    var cache = new BundleCache(folder, locked(folder));
    Runtime.getRuntime().addShutdownHook(new Thread(cache::close, "delete bundle cache"));
    cache.deleteOrphans();
    return cache;
  }

  /**
   * Named after the process. The folder of another process, or a trap that somebody has laid for
   * us, is there already; a name that cannot be guessed would take longer than all else here.
   */
  private static Path created(Path parent) throws IOException {
    var name = PREFIX + ProcessHandle.current().pid() + "-";
    while (true) {
      try {
        return Files.createDirectory(parent.resolve(name + System.nanoTime()), OURS_ALONE);
      } catch (FileAlreadyExistsException _) {
        // the next name will be another one
      }
    }
  }

  /** The file gets its name when it is locked, so nobody finds it unlocked while we live. */
  private static FileChannel locked(Path folder) throws IOException {
    var unnamed = folder.resolve(LOCK + ".new");
    var channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    channel.lock();
    Files.move(unnamed, folder.resolve(LOCK));
    return channel;
  }

  /** Where the framework may write. */
  Path folder() {
    return folder.resolve("cache");
  }

  /** What cannot be cleaned up is no reason not to start. */
  private void deleteOrphans() {
    try (var siblings = Files.newDirectoryStream(folder.getParent(), PREFIX + "*")) {
      var owner = Files.getOwner(folder);
      for (var sibling : siblings) {
        if (!sibling.equals(folder)) {
          deleteIfOrphan(sibling, owner);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // see above
    }
  }

  /** Folders of other users are left alone: one could be a trap for whoever deletes in it. */
  private static void deleteIfOrphan(Path sibling, UserPrincipal owner) {
    var file = sibling.resolve(LOCK);
    try {
      if (!Files.isDirectory(sibling, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(sibling, LinkOption.NOFOLLOW_LINKS).equals(owner)
          || !Files.exists(file)) {
        return;
      }
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
          var taken = channel.tryLock()) {
        if (taken != null) {
          Files.walkFileTree(sibling, new Deletion());
        }
      }
    } catch (IOException | OverlappingFileLockException _) {
      // somebody else deletes it, or it is in use by this process
    }
  }

  /** What cannot be deleted stays: a few kilobytes in the temporary folder, nothing to fail for. */
  @Override
  public void close() {
    try {
      Files.walkFileTree(folder, new Deletion());
      lock.close();
    } catch (IOException _) {
      // see above
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
