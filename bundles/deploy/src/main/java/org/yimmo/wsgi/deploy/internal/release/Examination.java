package org.yimmo.wsgi.deploy.internal.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Makes a release of a drop: a folder with a manifest and the code, or the jar of a Java bundle.
 *
 * <p>Nothing of the drop is used afterwards but a virtual environment that lies in its folder.
 */
public final class Examination {
  private static final String MANIFEST = JarFile.MANIFEST_NAME;
  private static final String SYMBOLIC_NAME = "Bundle-SymbolicName";

  private final Path drop;
  private final Path into;
  private final Filling filling;
  private final String stem;

  private Examination(Path drop, Path into, Limits limits) {
    this.drop = drop;
    this.into = into;
    filling = new Filling(into, limits);
    stem = stem(drop);
  }

  private static String stem(Path drop) {
    var name = drop.getFileName().toString();
    return Files.isDirectory(drop) ? name : name.replaceFirst("\\.(py|zip|jar)$", "");
  }

  /** Whether a file of that name can be a drop; others are left alone. */
  public static boolean isDrop(Path file) {
    var name = file.getFileName().toString();
    return !name.startsWith(".")
        && !name.endsWith("~")
        && !name.equals("__pycache__")
        && (Files.isDirectory(file) || name.matches(".*\\.(py|zip|jar)"));
  }

  /** Whether an archive can be read from its end, where its table is: it was copied whole. */
  public static boolean isWhole(Path drop) {
    if (Files.isDirectory(drop) || drop.toString().endsWith(".py")) {
      return true;
    }
    try (var zip = new ZipFile(drop.toFile())) {
      return zip.size() > 0;
    } catch (IOException | RuntimeException _) {
      return false;
    }
  }

  /**
   * Examines a drop.
   *
   * <p><em>Blocks:</em> as long as copying takes. <em>Owner:</em> the caller deletes {@code into},
   * also after a failure.
   *
   * @param into an empty folder
   * @throws BadDropException it cannot become a release
   * @throws IOException it cannot be read, or the release cannot be written
   */
  public static Content examine(Path drop, Path into) throws BadDropException, IOException {
    return examine(drop, into, Limits.USUAL);
  }

  static Content examine(Path drop, Path into, Limits limits) throws BadDropException, IOException {
    return new Examination(drop, into, limits).content();
  }

  private Content content() throws BadDropException, IOException {
    if (Files.isDirectory(drop)) {
      return folder();
    }
    return switch (drop.toString().replaceFirst(".*\\.", "")) {
      case "py" -> plainFile();
      case "zip" -> zip();
      case "jar" -> jar();
      default -> throw new BadDropException("only .py, .zip, .jar and folders can be deployed");
    };
  }

  // --- Python

  private Content plainFile() throws BadDropException, IOException {
    var description = DescriptionFile.ofPlainFile(drop, stem, stem);
    filling.copyFile(drop);
    return python(new Manifest(), description);
  }

  private Content folder() throws BadDropException, IOException {
    var file =
        DescriptionFile.in(drop)
            .orElseThrow(() ->
                new BadDropException(
                    "there is no %s in the folder".formatted(DescriptionFile.names())));
    var description = DescriptionFile.read(file, stem);
    filling.copyFolder(drop);
    return python(new Manifest(), inItsPlace(description));
  }

  /** An environment below the folder stays there. */
  private Description inItsPlace(Description given) {
    var venv = given.venv().isEmpty() ? "" : drop.toAbsolutePath().resolve(given.venv()).toString();
    return given.withVenv(venv);
  }

  private Content zip() throws BadDropException, IOException {
    filling.unpack(drop, true);
    var file =
        DescriptionFile.in(into)
            .orElseThrow(() ->
                new BadDropException(
                    "there is no %s in the archive, neither at its top nor in its only folder"
                        .formatted(DescriptionFile.names())));
    return python(new Manifest(), DescriptionFile.read(file, stem));
  }

  private Content python(Manifest former, Description description) throws IOException {
    var manifest = into.resolve(MANIFEST);
    Files.createDirectories(manifest.getParent());
    try (var out = Files.newOutputStream(manifest)) {
      Headers.manifest(former, description).write(out);
    }
    return new Content(
        description.name(),
        Kind.PYTHON,
        into,
        description.version(),
        Optional.of(description.place()));
  }

  // --- bundles

  private Content jar() throws BadDropException, IOException {
    var manifest = manifestOfJar();
    var main = manifest.getMainAttributes();
    var symbolicName = symbolicName(main.getValue(SYMBOLIC_NAME));
    if (main.getValue(Headers.APPLICATION) != null) {
      filling.unpack(drop, false);
      var description = Headers.read(main::getValue, symbolicName.isEmpty() ? stem : symbolicName);
      return python(manifest, description);
    }
    if (symbolicName.isEmpty()) {
      throw new BadDropException(
          "its manifest has neither the header %s, which makes it a Python application, nor %s,"
                  .formatted(Headers.APPLICATION, SYMBOLIC_NAME)
              + " which makes it a Java bundle");
    }
    if (main.getValue("Fragment-Host") != null) {
      throw new BadDropException("a fragment cannot be deployed by itself");
    }
    filling.copyFile(drop);
    return new Content(
        Names.require(symbolicName),
        kind(main),
        into.resolve(drop.getFileName().toString()),
        main.getValue("Bundle-Version") == null ? "" : main.getValue("Bundle-Version").strip(),
        Optional.ofNullable(main.getValue(Headers.PATH))
            .map(path -> Place.of(host(main), path.strip())));
  }

  private static Kind kind(Attributes main) {
    var application =
        matches(main, "Import-Package", "(.*,)?\\s*org\\.yimmo\\.wsgi\\.application\\s*([;,].*)?");
    var forOthers = main.getValue("Export-Package") != null;
    var single = matches(main, SYMBOLIC_NAME, ".*;\\s*singleton\\s*:=\\s*\"?true\\b.*");
    return application && !forOthers && !single ? Kind.JAVA : Kind.BUNDLE;
  }

  private static boolean matches(Attributes main, String header, String pattern) {
    return main.getValue(header) != null && main.getValue(header).matches("(?s)" + pattern);
  }

  private static String host(Attributes main) {
    var host = main.getValue(Headers.HOST);
    return host == null ? "" : host.strip();
  }

  private static String symbolicName(String header) {
    return header == null ? "" : header.replaceFirst(";.*", "").strip();
  }

  private Manifest manifestOfJar() throws BadDropException, IOException {
    try (var jar = new JarFile(drop.toFile())) {
      var manifest = jar.getManifest();
      if (manifest == null) {
        throw new BadDropException("the jar has no manifest");
      }
      return manifest;
    } catch (ZipException e) {
      throw new BadDropException("the archive is broken: " + e.getMessage(), e);
    } catch (SecurityException e) {
      throw new BadDropException("the signature of the jar is broken: " + e.getMessage(), e);
    }
  }
}
