package org.yimmo.wsgi.mod.internal.choose;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The CPython of the artifact {@code org.bytedeco:cpython}, unpacked once into the cache.
 *
 * <p>Several processes may unpack at once: each into a folder of its own, and the first one renames
 * its folder to the final name.
 */
final class BundledPython {
  private static final Pattern ARCHIVE = Pattern.compile("cpython-([0-9.]+)-[0-9.]+-(.+)\\.jar");
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Path archives;
  private final CacheFolder cache;

  BundledPython(Path archives, CacheFolder cache) {
    this.archives = archives;
    this.cache = cache;
  }

  /** As {@link InterpreterChoice.Bundled#installation}. */
  Optional<Installation> installation() throws PythonUnusable {
    try {
      var archive = archive();
      if (archive.isEmpty()) {
        return Optional.empty();
      }
      var name = archive.get().getFileName().toString();
      var matcher = ARCHIVE.matcher(name);
      if (!matcher.matches()) {
        throw new AssertionError(name);
      }
      var home = cache.folder("cpython").resolve(name.substring(0, name.length() - 4));
      if (!Files.isDirectory(home)) {
        unpackTo(home, archive.get());
      }
      return Optional.of(
          new Installation(
              matcher.group(1),
              single(home.resolve("bin"), "python3.[0-9]*"),
              single(home, "libpython3.*")));
    } catch (IOException | UncheckedIOException e) {
      throw new PythonUnusable(
          "cannot unpack the bundled CPython from %s: %s; choose one with --python"
              .formatted(archives, e.getMessage()),
          e);
    }
  }

  private Optional<Path> archive() throws IOException {
    if (!Files.isDirectory(archives)) {
      return Optional.empty();
    }
    try (var files = Files.newDirectoryStream(archives, "cpython-*.jar")) {
      for (var file : files) {
        var matcher = ARCHIVE.matcher(file.getFileName().toString());
        if (matcher.matches() && matcher.group(2).equals(platform())) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  /** This machine in the words of the artifact's classifiers. */
  private static String platform() {
    var system = System.getProperty("os.name").startsWith("Mac") ? "macosx" : "linux";
    var machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return system
        + switch (machine) {
          case "amd64", "x86_64" -> "-x86_64";
          case "aarch64" -> "-arm64";
          default -> "-" + machine;
        };
  }

  private static Path single(Path folder, String pattern) throws IOException {
    try (var files = Files.newDirectoryStream(folder, pattern)) {
      for (var file : files) {
        if (!file.toString().endsWith("-config")) {
          return file;
        }
      }
    }
    throw new IOException("there is no " + pattern + " in " + folder);
  }

  private static void unpackTo(Path home, Path archive) throws IOException {
    var parent = home.getParent();
    removeAbandoned(parent);
    var fresh = Files.createTempDirectory(parent, "unpacking");
    try {
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpack(archive, fresh);
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      remove(fresh);
      if (!Files.isDirectory(home)) { // otherwise another process was faster
        throw e;
      }
    }
  }

  private static void unpack(Path archive, Path target) throws IOException {
    try (var zip = new ZipFile(archive.toFile())) {
      for (var entries = zip.entries(); entries.hasMoreElements(); ) {
        var entry = entries.nextElement();
        var name = relativeName(entry);
        if (name.isPresent()) {
          var file = target.resolve(name.get()).normalize();
          if (!file.startsWith(target)) {
            throw new IOException(entry.getName() + " leads out of the archive");
          }
          Files.createDirectories(file.getParent());
          try (var content = zip.getInputStream(entry)) {
            Files.copy(content, file);
          }
          if (file.getParent().endsWith("bin")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
          }
        }
      }
    }
  }

  /**
   * The name below {@code org/bytedeco/cpython/PLATFORM/}; empty: not needed. CPython's own tests
   * are a third of it.
   */
  private static Optional<String> relativeName(ZipEntry entry) {
    var parts = entry.getName().split("/", 5);
    if (entry.isDirectory()
        || parts.length < 5
        || !entry.getName().startsWith("org/bytedeco/cpython/")) {
      return Optional.empty();
    }
    var name = parts[4];
    return name.startsWith("libjni") || name.matches("lib/python3[^/]*/test/.*")
        ? Optional.empty()
        : Optional.of(name);
  }

  /** A process that was killed while it unpacked leaves its folder behind. */
  private static void removeAbandoned(Path parent) throws IOException {
    var limit = Instant.now().minus(ABANDONED);
    try (var folders = Files.newDirectoryStream(parent, "unpacking*")) {
      for (var folder : folders) {
        try {
          if (Files.getLastModifiedTime(folder).toInstant().isBefore(limit)) {
            remove(folder);
          }
        } catch (NoSuchFileException _) {
          // its process has just given it the final name, or another one removes it
        }
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
