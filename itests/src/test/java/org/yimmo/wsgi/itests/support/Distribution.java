package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** The unpacked distribution under test: what ships. */
public final class Distribution {
  private Distribution() {}

  /** Where the bundles are that are installed when somebody asks for the console. */
  private static final String CONSOLE = "console";

  /**
   * A bundle of the distribution.
   *
   * @param folder the start level in digits, or {@code console}
   */
  public record ShippedBundle(Path jar, String folder, Attributes manifest) {
    public int startLevel() {
      return Integer.parseInt(folder);
    }

    /** Whether the launcher installs it. */
    public boolean launched() {
      return !folder.equals(CONSOLE);
    }

    public String symbolicName() {
      return header("Bundle-SymbolicName").orElse("").replaceFirst(";.*", "").strip();
    }

    public boolean ours() {
      return symbolicName().startsWith("org.yimmo.");
    }

    public boolean fragment() {
      return header("Fragment-Host").isPresent();
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(manifest.getValue(name));
    }

    @Override
    public String toString() {
      return jar.getFileName().toString();
    }
  }

  public static Path home() {
    return Path.of(System.getProperty("yimmo.distribution")).toAbsolutePath().normalize();
  }

  public static Path script() {
    return home().resolve("bin/yimmo-wsgi");
  }

  /** Every bundle, by start level. */
  public static List<ShippedBundle> bundles() {
    var folder = home().resolve("bundles");
    try (var jars = Files.find(folder, 2, (path, _) -> path.toString().endsWith(".jar"))) {
      return jars.sorted().map(jar -> shipped(folder, jar)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  /** The bundles of this project. */
  public static List<ShippedBundle> ourBundles() {
    return bundles().stream().filter(ShippedBundle::ours).toList();
  }

  private static ShippedBundle shipped(Path folder, Path jar) {
    var parent = folder.relativize(jar).getName(0).toString();
    try (var file = new JarFile(jar.toFile())) {
      return new ShippedBundle(jar, parent, file.getManifest().getMainAttributes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + jar, e);
    }
  }
}
