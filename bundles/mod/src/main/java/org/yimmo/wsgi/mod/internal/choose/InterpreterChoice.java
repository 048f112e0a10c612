package org.yimmo.wsgi.mod.internal.choose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Chooses the CPython: the one that was asked for, the active virtual environment, {@code python3}
 * on the search path if it can be embedded, the bundled one.
 */
public final class InterpreterChoice {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");

  /**
   * What the user said.
   *
   * @param python an interpreter, the name of one on the search path, or the directory of a virtual
   *     environment; or empty
   * @param virtualEnv directory of the active virtual environment, or empty
   * @param searchPath the directories of {@code PATH}
   */
  public record Wishes(String python, String virtualEnv, List<Path> searchPath) {}

  /** Asks an interpreter about itself. */
  @FunctionalInterface
  interface Probe {
    /**
     * What the interpreter says.
     *
     * @throws PythonUnusable it cannot be run or gives no sensible answer
     */
    Report ask(Path interpreter) throws PythonUnusable;
  }

  /** The CPython that comes with the distribution. */
  @FunctionalInterface
  interface Bundled {
    /** Unpacks it if need be; empty: there is none for this machine. */
    Optional<Installation> installation() throws PythonUnusable;
  }

  private final Probe probe;
  private final Bundled bundled;
  private final Predicate<Path> exists;

  InterpreterChoice(Probe probe, Bundled bundled, Predicate<Path> exists) {
    this.probe = probe;
    this.bundled = bundled;
    this.exists = exists;
  }

  /**
   * A choice among what this machine has.
   *
   * @param bundledPython folder with the archive of the bundled CPython, or empty
   */
  public static InterpreterChoice ofThisMachine(String bundledPython) {
    var cache = new CacheFolder();
    return new InterpreterChoice(
        new InterpreterProbe(cache),
        () ->
            bundledPython.isEmpty()
                ? Optional.empty()
                : new BundledPython(Path.of(bundledPython), cache).installation(),
        Files::isRegularFile);
  }

  /**
   * Chooses.
   *
   * <p><em>Blocks:</em> while an interpreter is asked that was not asked before, and while the
   * bundled one is unpacked.
   *
   * @throws PythonUnusable what was asked for cannot be used, or there is none at all
   */
  public Installation choose(Wishes wishes) throws PythonUnusable {
    if (!wishes.python().isEmpty()) {
      return usable(interpreter("--python", wishes.python(), wishes.searchPath()));
    }
    if (!wishes.virtualEnv().isEmpty()) {
      return usable(interpreter("VIRTUAL_ENV", wishes.virtualEnv(), List.of()));
    }
    var onPath = find("python3", wishes.searchPath());
    var objection = "there is no python3 on the search path";
    if (onPath.isPresent()) {
      try {
        return usable(onPath.get());
      } catch (PythonUnusable e) {
        objection = e.getMessage();
      }
    }
    var included = bundled.installation();
    if (included.isEmpty()) {
      throw new PythonUnusable(
          objection + "; no CPython for this machine is bundled: choose one with --python");
    }
    LOG.log(System.Logger.Level.INFO, "using the bundled CPython: {0}", objection);
    return included.get();
  }

  private Path interpreter(String setting, String value, List<Path> searchPath)
      throws PythonUnusable {
    var path = Path.of(value).toAbsolutePath().normalize();
    for (var name : List.of("bin/python3", "bin/python")) {
      if (exists.test(path.resolve(name))) {
        return path.resolve(name);
      }
    }
    if (exists.test(path)) {
      return path;
    }
    var named = value.contains("/") ? Optional.<Path>empty() : find(value, searchPath);
    return named.orElseThrow(() ->
        new PythonUnusable(
            "%s %s is neither an interpreter nor the directory of a virtual environment"
                .formatted(setting, value)));
  }

  private Optional<Path> find(String name, List<Path> searchPath) {
    return searchPath.stream().map(folder -> folder.resolve(name)).filter(exists).findFirst();
  }

  private Installation usable(Path interpreter) throws PythonUnusable {
    var report = probe.ask(interpreter);
    var objection = report.objection(exists);
    if (objection.isPresent()) {
      throw new PythonUnusable(objection.get());
    }
    return new Installation(
        report.version(), report.executable(), report.library(exists).orElseThrow());
  }
}
