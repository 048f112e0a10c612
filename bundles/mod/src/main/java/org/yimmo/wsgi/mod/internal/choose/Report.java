package org.yimmo.wsgi.mod.internal.choose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What an interpreter says about itself, as {@code probe.py} prints it. */
record Report(Map<String, String> lines) {
  private static final int OLDEST_MINOR = 9;
  private static final int NEWEST_MINOR = 14;

  /** Lines of the form {@code key=value}; other lines are ignored. */
  static Report parse(List<String> text) {
    var lines = new HashMap<String, String>();
    for (var line : text) {
      var equals = line.indexOf('=');
      if (equals > 0) {
        lines.put(line.substring(0, equals), line.substring(equals + 1).strip());
      }
    }
    return new Report(Map.copyOf(lines));
  }

  /** Whether it is the report of an interpreter at all. */
  boolean complete() {
    return lines.containsKey("version") && !value("executable").isEmpty();
  }

  String version() {
    return value("version");
  }

  Path executable() {
    return Path.of(value("executable"));
  }

  /** The shared library; empty: none of the candidates exists. */
  Optional<Path> library(Predicate<Path> exists) {
    return libraryCandidates().stream().filter(exists).findFirst();
  }

  /** Why this interpreter cannot be embedded; empty: it can. */
  Optional<String> objection(Predicate<Path> exists) {
    var who = "Python " + version() + " (" + value("executable") + ")";
    if (!value("implementation").equals("cpython")) {
      return Optional.of(
          who + " is " + value("implementation") + "; CPython is needed, choose one with --python");
    }
    if (!supportedVersion()) {
      return Optional.of(
          "%s is not supported; choose a CPython 3.%d to 3.%d with --python"
              .formatted(who, OLDEST_MINOR, NEWEST_MINOR));
    }
    if (value("free_threaded").equals("1")) {
      return Optional.of(
          who + " is free-threaded, which is not supported; choose another one with --python");
    }
    if (library(exists).isEmpty()) {
      return Optional.of(
          ("%s has no shared library: there is no %s in %s."
                  + " On Debian or Ubuntu: apt install libpython%s;"
                  + " with pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install %s;"
                  + " or choose another one with --python")
              .formatted(
                  who,
                  String.join(" or ", libraryNames()),
                  String.join(", ", libraryFolders().stream().map(Path::toString).toList()),
                  minorVersion(),
                  version()));
    }
    return Optional.empty();
  }

  private boolean supportedVersion() {
    var parts = version().split("\\.", -1);
    try {
      var minor = parts.length < 2 ? -1 : Integer.parseInt(parts[1]);
      return parts[0].equals("3") && OLDEST_MINOR <= minor && minor <= NEWEST_MINOR;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  private List<Path> libraryCandidates() {
    var candidates = new ArrayList<Path>();
    for (var folder : libraryFolders()) {
      for (var name : libraryNames()) {
        candidates.add(folder.resolve(name));
      }
    }
    return candidates;
  }

  /** sysconfig names an archive (.a) where the interpreter itself is linked statically. */
  private List<String> libraryNames() {
    var conventional = "libpython" + minorVersion();
    var guesses =
        value("platform").equals("darwin")
            ? Stream.of(conventional + ".dylib")
            : Stream.of(conventional + ".so.1.0", conventional + ".so");
    return Stream.concat(Stream.of(value("instsoname"), value("ldlibrary")), guesses)
        .filter(name -> !name.isEmpty() && !name.endsWith(".a"))
        .distinct()
        .toList();
  }

  /** LIBDIR is where it was built for; an installation that was moved is found by its prefix. */
  private List<Path> libraryFolders() {
    var folders = new LinkedHashSet<Path>();
    var libdir = value("libdir");
    if (!libdir.isEmpty()) {
      folders.add(Path.of(libdir));
      if (!value("multiarch").isEmpty()) {
        folders.add(Path.of(libdir, value("multiarch")));
      }
    }
    if (!value("framework_prefix").isEmpty()) {
      folders.add(Path.of(value("framework_prefix")));
    }
    folders.add(Path.of(value("base_prefix"), "lib").normalize());
    folders.add(Path.of(value("base_prefix")).normalize()); // the bundled one
    return List.copyOf(folders);
  }

  private String minorVersion() {
    var end = version().lastIndexOf('.');
    return end < 0 ? version() : version().substring(0, end);
  }

  private String value(String key) {
    return lines.getOrDefault(key, "");
  }
}
