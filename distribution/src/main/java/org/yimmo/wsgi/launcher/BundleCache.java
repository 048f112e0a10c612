package org.yimmo.wsgi.launcher;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The folder in which the framework of one process keeps its notes; gone when closed. */
final class BundleCache implements AutoCloseable {
  private final Path folder;

  private BundleCache(Path folder) {
    this.folder = folder;
  }

  /** Makes it. It is also deleted when a signal ends the JVM before anyone handles signals. */
  static BundleCache create() throws IOException {
    var cache = new BundleCache(Files.createTempDirectory("yimmo-wsgi-"));
    Runtime.getRuntime().addShutdownHook(new Thread(cache::close, "delete bundle cache"));
    return cache;
  }

  Path folder() {
    return folder;
  }

  /** What cannot be deleted stays: a few kilobytes in the temporary folder, nothing to fail for. */
  @Override
  public void close() {
    try {
      Files.walkFileTree(folder, new Deletion());
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
