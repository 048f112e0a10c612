package org.yimmo.wsgi.deploy.internal.release;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Fills the folder of a release, and nothing outside of it. */
final class Filling {
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private final Path into;
  private final Limits limits;
  private long bytes;
  private long files;

  /**
   * @param into a folder that exists
   */
  Filling(Path into, Limits limits) {
    this.into = into.toAbsolutePath().normalize();
    this.limits = limits;
  }

  // --- archives

  /**
   * Unpacks an archive. A symbolic link in it becomes a file with the name of its target.
   *
   * @param withoutTop whether a folder that everything lies in is left out
   * @throws BadDropException it is broken, or leads outside
   */
  void unpack(Path archive, boolean withoutTop) throws BadDropException, IOException {
    try (var zip = new ZipFile(archive.toFile())) {
      var top = withoutTop ? top(zip) : "";
      for (var entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(one -> one)::iterator) {
        requireInside(entry.getName());
        requireInside(entry.getName().substring(Math.min(top.length(), entry.getName().length())));
        if (entry.getName().length() > top.length()) {
          unpack(zip, entry, target(entry.getName().substring(top.length())));
        }
      }
    } catch (ZipException e) {
      throw new BadDropException("the archive is broken: " + e.getMessage(), e);
    }
  }

  private static String top(ZipFile zip) {
    var tops =
        zip.stream()
            .map(entry -> entry.getName().replaceFirst("/.*", "/"))
            .collect(Collectors.toSet());
    var top = tops.size() == 1 ? tops.iterator().next() : "";
    return top.endsWith("/") && top.length() > 1 ? top : "";
  }

  private static void requireInside(String name) throws BadDropException {
    var outside =
        name.startsWith("/")
            || name.indexOf('\\') >= 0
            || name.indexOf('\0') >= 0
            || DRIVE.matcher(name).matches()
            || List.of(name.split("/", -1)).contains("..");
    if (outside) {
      throw new BadDropException(
          "the archive holds \"%s\", which leads outside of it".formatted(Names.printable(name)));
    }
  }

  private Path target(String name) throws BadDropException {
    try {
      var target = into.resolve(name).normalize();
      if (!target.startsWith(into)) {
        throw new BadDropException(
            "the archive holds \"%s\", which leads outside of it".formatted(Names.printable(name)));
      }
      return target;
    } catch (InvalidPathException e) {
      throw new BadDropException(
          "the name \"%s\" is not possible on this system: %s"
              .formatted(Names.printable(name), e.getReason()),
          e);
    }
  }

  private void unpack(ZipFile zip, ZipEntry entry, Path target)
      throws BadDropException, IOException {
    try {
      if (entry.isDirectory()) {
        Files.createDirectories(target);
      } else {
        Files.createDirectories(target.getParent());
        try (var content = zip.getInputStream(entry)) {
          write(content, target);
        }
      }
    } catch (FileAlreadyExistsException e) {
      throw new BadDropException(
          "the archive holds \"%s\" twice".formatted(Names.printable(entry.getName())), e);
    }
  }

  private void write(InputStream content, Path target) throws BadDropException, IOException {
    count();
    try (var out =
        Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var buffer = new byte[64 * 1024];
      for (var n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        bytes += n;
        requireWithinLimits();
        out.write(buffer, 0, n);
      }
    }
  }

  private void count() throws BadDropException {
    files++;
    requireWithinLimits();
  }

  private void requireWithinLimits() throws BadDropException {
    if (bytes > limits.bytes() || files > limits.files()) {
      throw new BadDropException(
          "it is larger than %d octets or has more than %d files"
              .formatted(limits.bytes(), limits.files()));
    }
  }

  // --- files and folders

  void copyFile(Path file) throws BadDropException, IOException {
    copyFile(file, into.resolve(file.getFileName().toString()));
  }

  private void copyFile(Path file, Path target) throws BadDropException, IOException {
    try (var content = Files.newInputStream(file)) {
      write(content, target);
    }
    target.toFile().setExecutable(Files.isExecutable(file));
  }

  /** Copies a folder without what {@link Leftovers} names. */
  void copyFolder(Path folder) throws BadDropException, IOException {
    copyFolder(folder, folder);
  }

  private void copyFolder(Path root, Path folder) throws BadDropException, IOException {
    Files.createDirectories(into.resolve(root.relativize(folder).toString()));
    for (var inner : Leftovers.without(folder)) {
      copy(root, inner);
    }
  }

  private void copy(Path root, Path inner) throws BadDropException, IOException {
    var attributes =
        Files.readAttributes(inner, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    var target = into.resolve(root.relativize(inner).toString());
    if (attributes.isSymbolicLink()) {
      copyLink(root, inner, target);
    } else if (attributes.isDirectory()) {
      copyFolder(root, inner);
    } else if (attributes.isRegularFile()) {
      copyFile(inner, target);
    } else {
      throw new BadDropException(
          "\"%s\" is neither a file nor a folder".formatted(root.relativize(inner)));
    }
  }

  private void copyLink(Path folder, Path link, Path target) throws BadDropException, IOException {
    count();
    var destination = Files.readSymbolicLink(link);
    var inside = link.resolveSibling(destination).normalize().startsWith(folder);
    if (destination.isAbsolute() || !inside) {
      throw new BadDropException(
          "the symbolic link \"%s\" leads outside of the folder"
              .formatted(folder.relativize(link)));
    }
    Files.createSymbolicLink(target, destination);
  }
}
