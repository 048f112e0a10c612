package org.yimmo.wsgi.deploy.internal.release;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a Python application says of itself, in {@code yimmo.toml}, {@code yimmo.yml}, the headers
 * of a jar or the block of a plain file.
 *
 * @param name by which it is updated; letters, digits, {@code . _ -}
 * @param version for people; may be empty
 * @param module the module to import, with dots
 * @param app an attribute of it, or an expression
 * @param path where it is mounted
 * @param host for which host; empty: any
 * @param interpreter {@code own} or {@code main}
 * @param pythonPath folders below the application for the front of {@code sys.path}
 * @param venv a virtual environment, absolute or below the application; may be empty
 * @param environment {@code NAME=value} each
 * @param warmup paths below the mount that are asked for before clients come
 */
public record Description(
    String name,
    String version,
    String module,
    String app,
    String path,
    String host,
    String interpreter,
    List<String> pythonPath,
    String venv,
    List<String> environment,
    List<String> warmup) {
  private static final Pattern MODULE =
      Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*");
  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");
  private static final Pattern PATH = Pattern.compile("/|(/[^/?#\\\\]+)+/?");
  private static final Pattern VARIABLE = Pattern.compile("[^=]+=.*", Pattern.DOTALL);

  /** The place of its mount. */
  public Place place() {
    return Place.of(host, path);
  }

  Description withVenv(String other) {
    return new Description(
        name,
        version,
        module,
        app,
        path,
        host,
        interpreter,
        pythonPath,
        other,
        environment,
        warmup);
  }

  Description withPythonPath(List<String> other) {
    return new Description(
        name, version, module, app, path, host, interpreter, other, venv, environment, warmup);
  }

  /**
   * The same, if every value is one that can be used.
   *
   * @throws BadDropException one is not
   */
  public Description checked() throws BadDropException {
    for (var text : List.of(name, version, module, app, path, host, interpreter, venv)) {
      requirePrintable(text);
    }
    for (var list : List.of(pythonPath, environment, warmup)) {
      for (var text : list) {
        requirePrintable(text);
      }
    }
    Names.require(name);
    require(MODULE.matcher(module).matches(), "the module \"%s\": write module:expression", module);
    require(!app.isBlank(), "the module \"%s:\": write module:expression", module);
    require(
        PATH.matcher(path).matches() && !hasDots(path), "the path \"%s\": write /segment", path);
    require(
        host.isEmpty() || HOST.matcher(host).matches(),
        "the host \"%s\": write www.example.org or *.example.org",
        host);
    require(
        List.of("own", "main").contains(interpreter),
        "the interpreter \"%s\": write own or main",
        interpreter);
    for (var folder : pythonPath) {
      require(
          !folder.startsWith("/") && !folder.contains("\\") && !hasDots(folder),
          "the folder \"%s\" of the Python path: it must lie within the application",
          folder);
    }
    for (var variable : environment) {
      require(
          VARIABLE.matcher(variable).matches(),
          "\"%s\" in the environment: write NAME=value",
          variable);
    }
    for (var request : warmup) {
      require(request.matches("/[!-~]*"), "the warm-up \"%s\": write a path such as /", request);
    }
    return this;
  }

  private static boolean hasDots(String path) {
    return List.of(path.split("/")).stream().anyMatch(part -> part.equals("..") || part.equals("."))
        && !path.equals(".");
  }

  /** A header ends at the end of its line, and so does a line of a log. */
  private static void requirePrintable(String text) throws BadDropException {
    if (text.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)) {
      throw new BadDropException(
          "control characters are not possible in \"%s\"".formatted(Names.printable(text)));
    }
  }

  private static void require(boolean good, String sentence, String value) throws BadDropException {
    if (!good) {
      throw new BadDropException("cannot use " + sentence.formatted(value));
    }
  }
}
