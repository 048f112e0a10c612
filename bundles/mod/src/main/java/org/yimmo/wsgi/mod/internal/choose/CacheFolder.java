package org.yimmo.wsgi.mod.internal.choose;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where things are kept that can be made again: {@code $XDG_CACHE_HOME/yimmo-wsgi}, or a private
 * folder for temporary files where that cannot be written.
 *
 * <p>Source: XDG Base Directory Specification.
 */
final class CacheFolder {
  private static final String NAME = "yimmo-wsgi";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path preferred;
  private final Path temporary;

  CacheFolder() {
    this(
        absolute("XDG_CACHE_HOME")
            .or(() -> absolute("HOME").map(home -> home.resolve(".cache")))
            .orElse(Path.of(System.getProperty("user.home"), ".cache")),
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  private static Optional<Path> absolute(String variable) {
    return Optional.ofNullable(System.getenv(variable))
        .filter(value -> value.startsWith("/"))
        .map(Path::of);
  }

  CacheFolder(Path preferred, Path temporary) {
    this.preferred = preferred;
    this.temporary = temporary;
  }

  /** A folder of that name, made if need be. */
  Path folder(String name) {
    try {
      return Files.createDirectories(root().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep files below " + temporary, e);
    }
  }

  private Path root() throws IOException {
    var root = preferred.resolve(NAME);
    try {
      Files.createDirectories(root);
    } catch (IOException _) {
      return shared();
    }
    return Files.isWritable(root) ? root : shared();
  }

  /** Code is loaded from here: a folder that somebody else could write to is not taken. */
  private Path shared() throws IOException {
    var probe = Files.createTempFile(temporary, NAME, "");
    var us = Files.getAttribute(probe, "unix:uid");
    Files.delete(probe);
    var root = temporary.resolve(NAME + "-" + us);
    try {
      Files.createDirectory(root, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException _) {
      if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)
          || !Files.getAttribute(root, "unix:uid").equals(us)
          || !Files.getPosixFilePermissions(root).equals(PRIVATE)) {
        return Files.createTempDirectory(temporary, NAME);
      }
    }
    return root;
  }
}
