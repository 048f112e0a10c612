package org.yimmo.wsgi.deploy.internal.release;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes a jar of a Python application: what its drop becomes, and its requirements, in one file.
 */
public final class Packaging {
  /** The folder of the requirements within the jar. */
  private static final String REQUIREMENTS = "site-packages";

  /** The same for all entries, so that the same source makes the same jar. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final Path source;
  private final Path work;

  private Packaging(Path source, Path work) {
    this.source = source;
    this.work = work;
  }

  /**
   * Makes it.
   *
   * <p><em>Blocks:</em> as long as copying takes.
   *
   * @param source a drop
   * @param requirements a folder with packages, or a virtual environment; without one it is that of
   *     the description, if there is one
   * @param output is replaced when the jar is whole
   * @param work an empty folder; the caller deletes it
   * @return what the jar is, for people
   * @throws BadDropException the source cannot be deployed, or needs no jar
   * @throws IOException it cannot be read, or the jar cannot be written
   */
  public static String make(Path source, Optional<Path> requirements, Path output, Path work)
      throws BadDropException, IOException {
    if (!Examination.isDrop(source)) {
      throw new BadDropException("only .py, .zip, .jar and folders can be made a bundle");
    }
    return new Packaging(source, work).make(requirements, output);
  }

  private String make(Optional<Path> requirements, Path output)
      throws BadDropException, IOException {
    var content = Examination.examine(source, work);
    if (content.kind() != Kind.PYTHON) {
      throw new BadDropException("it is a Java bundle already: drop it as it is");
    }
    var manifest = manifest();
    var description = Headers.read(manifest.getMainAttributes()::getValue, content.name());
    var packages = requirements.or(() -> venv(description));
    if (packages.isPresent()) {
      new Filling(work.resolve(REQUIREMENTS), Limits.USUAL).copyFolder(packages(packages.get()));
      write(Headers.manifest(manifest, withRequirements(description)));
    }
    var files = files();
    write(files, output);
    return "%s%s at %s, %d files"
        .formatted(
            description.name(),
            description.version().isEmpty() ? "" : ", version " + description.version(),
            description.place(),
            files.size());
  }

  private Manifest manifest() throws IOException {
    try (var in = Files.newInputStream(work.resolve(JarFile.MANIFEST_NAME))) {
      return new Manifest(in);
    }
  }

  private void write(Manifest manifest) throws IOException {
    try (var out = Files.newOutputStream(work.resolve(JarFile.MANIFEST_NAME))) {
      manifest.write(out);
    }
  }

  private Optional<Path> venv(Description description) {
    return Optional.of(description.venv()).filter(path -> !path.isEmpty()).map(work::resolve);
  }

  /** A virtual environment has them further down. */
  private static Path packages(Path folder) throws BadDropException, IOException {
    if (!Files.isRegularFile(folder.resolve("pyvenv.cfg"))) {
      return folder;
    }
    try (var found = Files.newDirectoryStream(folder.resolve("lib"), "python3*")) {
      for (var python : found) {
        return python.resolve(REQUIREMENTS);
      }
    }
    throw new BadDropException("the virtual environment %s holds no packages".formatted(folder));
  }

  private static Description withRequirements(Description description) throws BadDropException {
    var path =
        new ArrayList<>(
            description.pythonPath().isEmpty() ? List.of(".") : description.pythonPath());
    path.add(REQUIREMENTS);
    return description.withVenv("").withPythonPath(List.copyOf(path)).checked();
  }

  // --- the jar

  /** In order, the manifest first: who reads a jar as a stream expects it there. */
  private List<Path> files() throws IOException {
    try (var all = Files.walk(work, FileVisitOption.FOLLOW_LINKS)) {
      var files = new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
      var manifest = work.resolve(JarFile.MANIFEST_NAME);
      files.remove(manifest);
      files.addFirst(manifest);
      return files;
    }
  }

  private void write(List<Path> files, Path output) throws IOException {
    var half = output.resolveSibling("." + output.getFileName() + "~");
    try {
      try (var zip = new ZipOutputStream(Files.newOutputStream(half))) {
        for (var file : files) {
          var entry = new ZipEntry(work.relativize(file).toString());
          entry.setTimeLocal(TIME);
          zip.putNextEntry(entry);
          Files.copy(file, zip);
        }
      }
      Files.move(half, output, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(half);
    }
  }
}
