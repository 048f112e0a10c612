package org.yimmo.wsgi.deploy.internal.manage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.yimmo.wsgi.deploy.internal.release.Content;
import org.yimmo.wsgi.deploy.internal.release.Folders;
import org.yimmo.wsgi.deploy.internal.release.Generation;
import org.yimmo.wsgi.deploy.internal.release.Kind;
import org.yimmo.wsgi.deploy.internal.release.Place;
import org.yimmo.wsgi.deploy.internal.release.PropertiesFile;
import org.yimmo.wsgi.deploy.internal.release.Release;

/**
 * The releases on disk: {@code NAME/N/}, each with {@code NAME/N.properties} beside it; which of
 * them serves in {@code NAME/serving.properties}; generations in {@code generation-N.properties}.
 *
 * <p><em>Thread:</em> that of the deployments.
 */
final class Store implements AutoCloseable {
  private static final String INCOMING = ".incoming";
  private static final String SERVING = "serving.properties";

  private final Path root;
  private final FileChannel lock;
  private final Map<String, Integer> highest = new HashMap<>();
  private int generation;

  private Store(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * Opens it for this process alone.
   *
   * @throws IOException it cannot be made, or another process uses it
   */
  static Store open(Path root) throws IOException {
    Files.createDirectories(root);
    var lock =
        FileChannel.open(
            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new IOException("another server uses this folder");
      }
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw new IOException("another server uses this folder", e);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
    var store = new Store(root, lock);
    Folders.delete(root.resolve(INCOMING));
    return store;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  // --- a release comes

  /** An empty folder for a release whose name is not known yet. */
  Path incoming() throws IOException {
    var folder = root.resolve(INCOMING);
    Files.createDirectories(folder);
    return Files.createTempDirectory(folder, "drop");
  }

  /** Gives the content of an incoming folder its number and its place. */
  Release add(Content content, Path incoming, String drop, String stamp) throws IOException {
    var number = nextNumber(content.name());
    var folder = root.resolve(content.name()).resolve(Integer.toString(number));
    Files.createDirectories(folder.getParent());
    Files.move(incoming, folder);
    var release =
        new Release(
            content.name(),
            number,
            content.kind(),
            folder.resolve(incoming.relativize(content.location())).normalize(),
            content.version(),
            content.place(),
            drop,
            stamp);
    PropertiesFile.write(note(content.name(), number), properties(release));
    return release;
  }

  /** A number is given once, also if its release was refused: people talk of it. */
  private int nextNumber(String name) throws IOException {
    var last = Math.max(highest.getOrDefault(name, 0), numbers(name).stream().reduce(0, Math::max));
    highest.put(name, last + 1);
    return last + 1;
  }

  private static Properties properties(Release release) {
    var properties = new Properties();
    properties.setProperty("kind", release.kind().word());
    properties.setProperty("location", release.location().toString());
    properties.setProperty("version", release.version());
    release
        .place()
        .ifPresent(place -> {
          properties.setProperty("path", place.path());
          properties.setProperty("host", place.host());
        });
    properties.setProperty("drop", release.drop());
    properties.setProperty("stamp", release.stamp());
    return properties;
  }

  // --- what there is

  /** The releases of an application that are kept, the oldest first. */
  List<Release> releases(String name) throws IOException {
    var releases = new ArrayList<Release>();
    for (var number : numbers(name)) {
      release(name, number).ifPresent(releases::add);
    }
    return releases;
  }

  private List<Integer> numbers(String name) throws IOException {
    var folder = root.resolve(name);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.matches("\\d{1,9}"))
          .map(Integer::valueOf)
          .sorted()
          .toList();
    }
  }

  private Optional<Release> release(String name, int number) throws IOException {
    var file = note(name, number);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    var properties = PropertiesFile.read(file);
    var location = root.resolve(name).resolve(Integer.toString(number));
    var kind = Kind.of(properties.getProperty("kind", ""));
    if (kind != Kind.PYTHON) {
      location = location.resolve(Path.of(properties.getProperty("location")).getFileName());
    }
    return Optional.of(
        new Release(
            name,
            number,
            kind,
            location,
            properties.getProperty("version", ""),
            Optional.ofNullable(properties.getProperty("path"))
                .map(path -> Place.of(properties.getProperty("host", ""), path)),
            properties.getProperty("drop", ""),
            properties.getProperty("stamp", "")));
  }

  private Path note(String name, int number) {
    return root.resolve(name).resolve(number + ".properties");
  }

  /** The names of the applications that have releases. */
  List<String> names() throws IOException {
    try (var files = Files.list(root)) {
      return files
          .filter(Files::isDirectory)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  // --- which one serves

  /** A release serves for a drop that looks like {@code stamp}. */
  void serving(Release release, String drop, String stamp) throws IOException {
    var properties = new Properties();
    properties.setProperty("release", Integer.toString(release.number()));
    properties.setProperty("drop", drop);
    properties.setProperty("stamp", stamp);
    PropertiesFile.write(root.resolve(release.name()).resolve(SERVING), properties);
  }

  /** No release of the application serves. */
  void servesNoLonger(String name) throws IOException {
    Files.deleteIfExists(root.resolve(name).resolve(SERVING));
  }

  /** A release, and what the drop looked like when it began to serve. */
  record Served(Release release, String stamp) {}

  /** What served last for a drop, if it is still there. */
  Optional<Served> served(String drop) throws IOException {
    for (var name : names()) {
      try {
        var properties = PropertiesFile.read(root.resolve(name).resolve(SERVING));
        if (properties.getProperty("drop", "").equals(drop)) {
          return release(name, Integer.parseInt(properties.getProperty("release", "0")))
              .filter(release -> Files.exists(release.location()))
              .map(release -> new Served(release, properties.getProperty("stamp", "")));
        }
      } catch (NoSuchFileException _) {
        // it never served
      }
    }
    return Optional.empty();
  }

  /** Writes the next generation; the former one is deleted when there is another. */
  Path generation(Collection<Release> releases) throws IOException {
    generation++;
    var file = root.resolve("generation-" + generation + ".properties");
    Generation.of(releases).write(file);
    return file;
  }

  /** Changes what a generation holds. */
  void rewrite(Path generation, Collection<Release> releases) throws IOException {
    Generation.of(releases).write(generation);
  }

  /** Deletes all generations but one. */
  void keepOnly(Path serving) throws IOException {
    try (var files = Files.newDirectoryStream(root, "generation-*.properties")) {
      for (var file : files) {
        if (!file.equals(serving)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  // --- a release goes

  void delete(Release release) throws IOException {
    Folders.delete(root.resolve(release.name()).resolve(Integer.toString(release.number())));
    Files.deleteIfExists(note(release.name(), release.number()));
    var folder = root.resolve(release.name());
    if (numbers(release.name()).isEmpty() && Files.isDirectory(folder)) {
      Folders.delete(folder);
    }
  }

  /** The releases of one application that are neither in use nor among those that are kept. */
  List<Release> surplus(String name, Collection<Release> used, int kept) throws IOException {
    var others =
        releases(name).stream()
            .filter(release -> used.stream().noneMatch(one -> same(one, release)))
            .sorted(Comparator.comparingInt(Release::number).reversed())
            .toList();
    return others.subList(Math.min(kept, others.size()), others.size());
  }

  static boolean same(Release one, Release other) {
    return one.name().equals(other.name()) && one.number() == other.number();
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
