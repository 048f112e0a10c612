import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/**
 * Writes the bundles of a distribution into the manifest of its launcher: from the class path the
 * JVM loads their classes faster than a bundle does. The launcher tells the framework which they
 * are; without them it starts as well, only slower.
 */
final class ClassPath {
  private static final String SIZES = "Class-Path-Sizes"; // see ClassPathBundles of the launcher
  private static final String NESTED = "Bundle-ClassPath"; // only a bundle looks into such jars

  private ClassPath() {}

  static void write(Path tree) throws IOException {
    var lib = tree.resolve("lib");
    var launcher = lib.resolve("yimmo-wsgi-launcher.jar");
    var changed = Files.createTempFile(lib, "launcher", ".jar");
    try (var jar = new JarFile(launcher.toFile())) {
      var manifest = jar.getManifest();
      var attributes = manifest.getMainAttributes();
      var framework = attributes.getValue(Attributes.Name.CLASS_PATH).split(" ", 2)[0];
      var entries = new ArrayList<>(List.of(framework));
      bundles(tree).forEach(bundle -> entries.add(lib.relativize(bundle).toString()));
      var sizes = new ArrayList<String>();
      for (var entry : entries) {
        sizes.add(Long.toString(Files.size(lib.resolve(entry))));
      }
      attributes.put(Attributes.Name.CLASS_PATH, String.join(" ", entries));
      attributes.putValue(SIZES, String.join(" ", sizes));
      copy(jar, manifest, changed);
    }
    Files.setPosixFilePermissions(changed, Files.getPosixFilePermissions(launcher));
    Files.setLastModifiedTime(changed, Files.getLastModifiedTime(launcher));
    Files.move(changed, launcher, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Those that every process installs, in the order in which it does. */
  private static List<Path> bundles(Path tree) throws IOException {
    var bundles = new ArrayList<Path>();
    try (var levels = Files.newDirectoryStream(tree.resolve("bundles"), "[0-9]")) {
      for (var level : levels) {
        try (var jars = Files.newDirectoryStream(level, "*.jar")) {
          for (var jar : jars) {
            if (!nests(jar)) {
              bundles.add(jar);
            }
          }
        }
      }
    }
    return bundles.stream().sorted().toList();
  }

  private static boolean nests(Path bundle) throws IOException {
    try (var jar = new JarFile(bundle.toFile())) {
      return jar.getManifest().getMainAttributes().getValue(NESTED) != null;
    }
  }

  /** The same input gives the same octets: the key of the AOT cache depends on them. */
  private static void copy(JarFile from, Manifest manifest, Path to) throws IOException {
    try (var out = new JarOutputStream(Files.newOutputStream(to))) {
      for (var entry : from.stream().toList()) {
        var copied = new ZipEntry(entry.getName());
        copied.setTime(entry.getTime());
        out.putNextEntry(copied);
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
          manifest.write(out);
        } else {
          from.getInputStream(entry).transferTo(out);
        }
      }
    }
  }
}
