package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where things are. */
public final class Folders {
  private Folders() {}

  /** The root of the project. */
  public static Path project() {
    return Path.of(System.getProperty("yimmo.project")).toAbsolutePath().normalize();
  }

  /** The fixture applications. */
  public static Path fixtures() {
    return project().resolve("itests/src/test/python");
  }

  public static Path example(String name) {
    return project().resolve("examples").resolve(name);
  }

  /** A new folder for one test under {@code target}, kept afterwards. */
  public static Path fresh(String name) {
    try {
      var work = Path.of(System.getProperty("yimmo.work"));
      return Files.createTempDirectory(Files.createDirectories(work), name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for " + name, e);
    }
  }

  /** A copy of {@code source} under {@code target}. */
  public static Path copy(Path source, String name) {
    var copy = fresh(name);
    try (var files = Files.walk(source)) {
      for (var file : (Iterable<Path>) files::iterator) {
        var target = copy.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.toString().contains("__pycache__")) {
          Files.copy(file, target);
        }
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + source, e);
    }
  }

  /** A folder for PATH with the tools that a start script may use, and no interpreter. */
  static Path pathWithoutPython() {
    var folder = fresh("path");
    var tools =
        List.of("sh", "env", "readlink", "dirname", "uname", "grep", "sed", "cat", "ls", "expr");
    for (var tool : tools) {
      for (var bin : List.of("/bin", "/usr/bin")) {
        link(Path.of(bin, tool), folder.resolve(tool));
      }
    }
    return folder;
  }

  private static void link(Path tool, Path link) {
    if (!Files.exists(tool)) {
      return;
    }
    try {
      Files.createSymbolicLink(link, tool);
    } catch (FileAlreadyExistsException _) {
      // found in the folder before
    } catch (IOException e) {
      throw new UncheckedIOException("cannot link " + tool, e);
    }
  }
}
