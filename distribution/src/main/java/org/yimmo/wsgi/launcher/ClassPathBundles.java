package org.yimmo.wsgi.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes are on the class path of the JVM: those that the manifest of the launcher's
 * jar names.
 *
 * <p>They are bundles like any other, only that the JVM loads their classes, which it does much
 * faster than a class loader of a bundle, most of all with an AOT cache. That holds for what is
 * installed at start: an update or a refresh makes the bundle anew, from its jar.
 *
 * <p>The AOT cache does not notice that a jar was replaced. So the manifest also tells their sizes,
 * and if one of them differs all classes are loaded from the bundles.
 *
 * <p>Source: OSGi Core 8, chapter 60, "Connect".
 */
final class ClassPathBundles implements ModuleConnector {
  /** The size of each jar of the class path in bytes; ClassPath.java writes it. */
  static final String SIZES = "Class-Path-Sizes";

  /** The framework reads such a jar where it lies, and makes no copy. */
  private static final String REFERENCE = "reference:";

  private static final Logger LOG = System.getLogger(ClassPathBundles.class.getName());

  private final Set<String> notYetInstalled = ConcurrentHashMap.newKeySet();

  /**
   * Looks into the manifest.
   *
   * @param launcher the jar of the launcher; without one there are no bundles on the class path
   */
  ClassPathBundles(Path launcher) throws IOException {
    if (!Files.exists(launcher)) {
      return;
    }
    try (var jar = new JarFile(launcher.toFile())) {
      var attributes = jar.getManifest().getMainAttributes();
      var sizes = attributes.getValue(SIZES);
      if (sizes != null) {
        var classPath = attributes.getValue(Attributes.Name.CLASS_PATH);
        add(launcher, classPath.split(" ", -1), sizes.split(" ", -1));
      }
    }
  }

  private void add(Path launcher, String[] classPath, String[] sizes) {
    for (var i = 0; i < classPath.length; i++) {
      var file = launcher.resolveSibling(classPath[i]);
      if (file.toFile().length() != Long.parseLong(sizes[i])) {
        LOG.log(Level.INFO, "{0} was replaced, so this start is slower", file.normalize());
        notYetInstalled.clear();
        return;
      }
      notYetInstalled.add(uri(file));
    }
  }

  /** What a bundle of the distribution is to be installed from. */
  String location(Path jar) {
    var uri = uri(jar);
    return notYetInstalled.contains(uri) ? uri : REFERENCE + uri;
  }

  private static String uri(Path jar) {
    return jar.normalize().toUri().toString();
  }

  @Override
  public void initialize(File storage, Map<String, String> configuration) {
    // The framework of each start has a storage of its own: there is nothing to remember.
  }

  @Override
  public Optional<ConnectModule> connect(String location) {
    return notYetInstalled.remove(location)
        ? Optional.of(() -> new Jar(Path.of(URI.create(location)).toFile()))
        : Optional.empty();
  }

  @Override
  public Optional<BundleActivator> newBundleActivator() {
    return Optional.empty();
  }

  /** What the framework reads of a bundle besides its classes. */
  private static final class Jar implements ConnectContent {
    private final File file;
    private ZipFile zip; // between open and close, for which the framework cares

    Jar(File file) {
      this.file = file;
    }

    @Override
    public void open() throws IOException {
      zip = new ZipFile(file);
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }

    @Override
    public Optional<Map<String, String>> getHeaders() {
      return Optional.empty(); // those of META-INF/MANIFEST.MF
    }

    @Override
    public Iterable<String> getEntries() {
      return () -> zip.stream().map(ZipEntry::getName).iterator();
    }

    @Override
    public Optional<ConnectEntry> getEntry(String path) {
      return Optional.ofNullable(zip.getEntry(path)).map(entry -> new Entry(file, zip, entry));
    }

    @Override
    public Optional<ClassLoader> getClassLoader() {
      return Optional.of(ClassPathBundles.class.getClassLoader());
    }
  }

  private record Entry(File jar, ZipFile zip, ZipEntry entry)
      implements ConnectContent.ConnectEntry {
    @Override
    public String getName() {
      return entry.getName();
    }

    @Override
    public long getContentLength() {
      return entry.getSize();
    }

    /** That of the jar: to understand the entry's own, the JVM would have to load time zones. */
    @Override
    public long getLastModified() {
      return jar.lastModified();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return zip.getInputStream(entry);
    }
  }
}
