package org.yimmo.wsgi.deploy.internal.release;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** The headers {@code Yimmo-WSGI-…} of a bundle: a {@link Description} in its manifest. */
public final class Headers {
  /** The header that makes a bundle a Python application: {@code module:expression}. */
  public static final String APPLICATION = "Yimmo-WSGI-Application";

  /** The header of a bundle, also one in Java, with its mount. */
  public static final String PATH = "Yimmo-WSGI-Path";

  static final String HOST = "Yimmo-WSGI-Host";
  private static final String NAME = "Yimmo-WSGI-Name";
  private static final String VERSION = "Yimmo-WSGI-Version";
  private static final String INTERPRETER = "Yimmo-WSGI-Interpreter";
  private static final String PYTHON_PATH = "Yimmo-WSGI-Python-Path";
  private static final String VENV = "Yimmo-WSGI-Venv";
  private static final String ENVIRONMENT = "Yimmo-WSGI-Environment";
  private static final String WARMUP = "Yimmo-WSGI-Warmup";

  private Headers() {}

  /**
   * Reads them.
   *
   * @param header the value of a header, or null
   * @param name the application's, unless a header has another one
   * @throws BadDropException a value is not one that can be used
   */
  public static Description read(Function<String, String> header, String name)
      throws BadDropException {
    var target = Target.of(text(header, APPLICATION, ""));
    return new Description(
            text(header, NAME, name),
            text(header, VERSION, text(header, "Bundle-Version", "")),
            target.module(),
            target.app(),
            text(header, PATH, "/"),
            text(header, HOST, ""),
            text(header, INTERPRETER, "own"),
            list(header, PYTHON_PATH),
            text(header, VENV, ""),
            list(header, ENVIRONMENT),
            list(header, WARMUP))
        .checked();
  }

  /** A manifest with the same main headers and those of the description. */
  static Manifest manifest(Manifest former, Description description) {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.putAll(former.getMainAttributes());
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putIfAbsent(new Attributes.Name("Bundle-ManifestVersion"), "2");
    main.putIfAbsent(
        new Attributes.Name("Bundle-SymbolicName"), "yimmo.application." + description.name());
    main.putValue(NAME, description.name());
    put(main, VERSION, description.version());
    main.putValue(APPLICATION, description.module() + ":" + description.app());
    main.putValue(PATH, description.path());
    put(main, HOST, description.host());
    main.putValue(INTERPRETER, description.interpreter());
    put(main, PYTHON_PATH, joined(description.pythonPath()));
    put(main, VENV, description.venv());
    put(main, ENVIRONMENT, joined(description.environment()));
    put(main, WARMUP, joined(description.warmup()));
    return manifest;
  }

  private static void put(Attributes main, String name, String value) {
    if (value.isEmpty()) {
      main.remove(new Attributes.Name(name));
    } else {
      main.putValue(name, value);
    }
  }

  private static String text(Function<String, String> header, String name, String otherwise) {
    var value = header.apply(name);
    return value == null || value.isBlank() ? otherwise : value.strip();
  }

  private static List<String> list(Function<String, String> header, String name)
      throws BadDropException {
    return items(text(header, name, ""), name);
  }

  // --- lists: items parted by commas; one with a comma is in double quotes

  private static String joined(List<String> items) {
    return String.join(",", items.stream().map(Headers::quoted).toList());
  }

  private static String quoted(String item) {
    return item.matches("[^\",\\\\\\s]+")
        ? item
        : '"' + item.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static List<String> items(String text, String name) throws BadDropException {
    var items = new ArrayList<String>();
    var item = new StringBuilder();
    var quotes = false;
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (quotes && c == '\\' && i + 1 < text.length()) {
        item.append(text.charAt(++i));
      } else if (c == '"') {
        quotes = !quotes;
      } else if (c == ',' && !quotes) {
        items.add(item.toString());
        item.setLength(0);
      } else if (quotes || !item.isEmpty() || !Character.isWhitespace(c)) {
        item.append(c);
      }
    }
    if (quotes) {
      throw new BadDropException(
          "the header %s has a quotation mark without its other one: %s".formatted(name, text));
    }
    items.add(item.toString());
    return items.stream().filter(one -> !one.isBlank()).toList();
  }
}
