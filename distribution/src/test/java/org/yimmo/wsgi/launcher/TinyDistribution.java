package org.yimmo.wsgi.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A distribution of tiny bundles; every level has one, named after the level: one, two, ... */
record TinyDistribution(Path home) {
  private static final String[] NAMES = {"", "one", "two", "three", "four", "five"};

  static TinyDistribution in(Path home) throws IOException {
    var distribution = new TinyDistribution(home);
    for (var level = 1; level <= 5; level++) {
      Files.createDirectories(home.resolve("bundles/" + level));
      distribution.bundle(level, NAMES[level]);
    }
    return distribution;
  }

  /** Gives it a launcher on whose class path these bundles are, as they are now. */
  TinyDistribution classPath(String... bundles) throws IOException {
    var lib = Files.createDirectories(home.resolve("lib"));
    var sizes = new ArrayList<String>();
    for (var bundle : bundles) {
      sizes.add(Long.toString(Files.size(lib.resolve(bundle))));
    }
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.CLASS_PATH, String.join(" ", bundles));
    attributes.putValue(ClassPathBundles.SIZES, String.join(" ", sizes));
    var file = lib.resolve("yimmo-wsgi-launcher.jar");
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
    return this;
  }

  /**
   * Adds a bundle, or replaces the one of that name.
   *
   * @param headers name, value, name, value, ...
   */
  TinyDistribution bundle(int level, String name, String... headers) {
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Bundle-ManifestVersion", "2");
    attributes.putValue("Bundle-SymbolicName", name);
    attributes.putValue("Bundle-Activator", Recorder.class.getName());
    attributes.putValue("Import-Package", "org.osgi.framework");
    for (var i = 0; i < headers.length; i += 2) {
      attributes.putValue(headers[i], headers[i + 1]);
    }
    if (attributes.getValue("Fragment-Host") != null) {
      attributes.remove(new Attributes.Name("Bundle-Activator"));
    }
    var file = home.resolve("bundles/" + level + "/" + name + ".jar");
    var code = Recorder.class.getName().replace('.', '/') + ".class";
    try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest);
        var octets = Recorder.class.getClassLoader().getResourceAsStream(code)) {
      jar.putNextEntry(new JarEntry(code));
      octets.transferTo(jar);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return this;
  }
}
