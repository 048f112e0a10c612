package org.yimmo.wsgi.mod.internal.choose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled CPython is unpacked once, whoever needs it. */
class BundledPythonTest {
  private static final String NAME =
      "cpython-3.14.3-1.5.13-%s-%s.jar"
          .formatted(
              System.getProperty("os.name").startsWith("Mac") ? "macosx" : "linux",
              System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x86_64");

  @TempDir Path folder;
  private BundledPython bundled;
  private Path unpacked;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectory(folder.resolve("archives"));
    bundled =
        new BundledPython(
            folder.resolve("archives"), new CacheFolder(folder.resolve("cache"), folder));
    unpacked =
        folder.resolve("cache/yimmo-wsgi/cpython").resolve(NAME.substring(0, NAME.length() - 4));
  }

  private void archive(String... names) throws IOException {
    try (var zip =
        new ZipOutputStream(Files.newOutputStream(folder.resolve("archives").resolve(NAME)))) {
      for (var name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
  }

  private void usualArchive() throws IOException {
    var root = "org/bytedeco/cpython/linux-x86_64/";
    archive(
        "META-INF/MANIFEST.MF",
        root,
        root + "bin/",
        root + "bin/python3.14-config",
        root + "bin/python3.14",
        root + "bin/python3",
        root + "libpython3.14.so.1.0",
        root + "libjnipython.so",
        root + "lib/python3.14/os.py",
        root + "lib/python3.14/test/test_os.py");
  }

  @Test
  void isUnpackedWithoutWhatIsNotNeeded() throws Exception {
    usualArchive();

    var installation = bundled.installation();

    assertEquals(
        Optional.of(
            new Installation(
                "3.14.3",
                unpacked.resolve("bin/python3.14"),
                unpacked.resolve("libpython3.14.so.1.0"))),
        installation);
    assertTrue(Files.isExecutable(unpacked.resolve("bin/python3.14")));
    assertTrue(Files.exists(unpacked.resolve("lib/python3.14/os.py")));
    assertFalse(Files.exists(unpacked.resolve("lib/python3.14/test")));
    assertFalse(Files.exists(unpacked.resolve("libjnipython.so")));
  }

  @Test
  void isUnpackedOnceByManyAtATime() throws Exception {
    usualArchive();
    var found = new AtomicInteger();
    Callable<Void> task =
        () -> {
          found.addAndGet(bundled.installation().isPresent() ? 1 : 0);
          return null;
        };

    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var result : threads.invokeAll(Stream.generate(() -> task).limit(8).toList())) {
        result.get();
      }
    }

    assertEquals(8, found.get());
    try (var left = Files.list(unpacked.getParent())) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void isNotUnpackedAgain() throws Exception {
    usualArchive();
    bundled.installation();
    Files.writeString(unpacked.resolve("mark"), "");

    bundled.installation();

    assertTrue(Files.exists(unpacked.resolve("mark")));
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws Exception {
    usualArchive();
    var old = Files.createDirectories(unpacked.resolveSibling("unpacking1").resolve("lib"));
    var young = Files.createDirectories(unpacked.resolveSibling("unpacking2"));
    Files.setLastModifiedTime(old.getParent(), FileTime.fromMillis(0));

    bundled.installation();

    assertFalse(Files.exists(old.getParent()));
    assertTrue(Files.exists(young));
  }

  @Test
  void anArchiveThatLeadsOutsideIsRefused() throws Exception {
    archive("org/bytedeco/cpython/linux-x86_64/../../../../../../../evil");

    var message = assertThrows(PythonUnusable.class, bundled::installation).getMessage();

    assertTrue(message.contains("leads out of the archive"), message);
    assertFalse(Files.exists(unpacked));
  }

  @Test
  void withoutAnArchiveForThisMachineThereIsNone() throws Exception {
    Files.writeString(folder.resolve("archives/cpython-3.14.3-1.5.13-solaris-sparc.jar"), "");

    assertEquals(Optional.empty(), bundled.installation());
    assertEquals(
        Optional.empty(),
        new BundledPython(folder.resolve("none"), new CacheFolder(folder, folder)).installation());
  }
}
