package org.yimmo.wsgi.deploy.internal.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project becomes a jar that can be dropped. */
class PackagingTest {
  @TempDir private Path folder;
  private Path project;

  @BeforeEach
  void makeProject() throws IOException {
    project = Files.createDirectory(folder.resolve("shop"));
    write("shop/yimmo.toml", "module = 'shop:make()'\npath = '/shop'\nversion = '2'\n");
    write("shop/shop.py", "");
    write("shop/venv/pyvenv.cfg", "");
    write("shop/venv/lib/python3.11/site-packages/flask/__init__.py", "");
    write("shop/venv/lib/python3.11/site-packages/flask/__pycache__/x.pyc", "");
  }

  private Path write(String name, String text) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Path make(Path source, Optional<Path> requirements, String name)
      throws BadDropException, IOException {
    var output = folder.resolve(name);
    var work = Files.createTempDirectory(folder, "work");
    Packaging.make(source, requirements, output, work);
    return output;
  }

  private static List<String> entries(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      return file.stream().map(entry -> entry.getName()).toList();
    }
  }

  @Test
  void isWhatItsDropWouldBe() throws Exception {
    var jar = make(project, Optional.empty(), "shop.jar");

    assertEquals(List.of("META-INF/MANIFEST.MF", "shop.py", "yimmo.toml"), entries(jar));
    var into = Files.createDirectory(folder.resolve("into"));
    assertEquals(
        new Content("shop", Kind.PYTHON, into, "2", Optional.of(new Place("", "/shop"))),
        Examination.examine(jar, into));
  }

  @Test
  void bringsThePackagesOfAnEnvironmentAlong() throws Exception {
    var jar = make(project, Optional.of(project.resolve("venv")), "shop.jar");

    assertEquals(
        List.of("META-INF/MANIFEST.MF", "shop.py", "site-packages/flask/__init__.py", "yimmo.toml"),
        entries(jar));
    try (var file = new JarFile(jar.toFile())) {
      var main = file.getManifest().getMainAttributes();
      assertEquals(".,site-packages", main.getValue("Yimmo-WSGI-Python-Path"));
    }
  }

  @Test
  void bringsThoseOfItsOwnEnvironmentAlong() throws Exception {
    write("shop/yimmo.toml", "module = 'shop'\nvenv = 'venv'\npython-path = ['src']\n");

    try (var file = new JarFile(make(project, Optional.empty(), "shop.jar").toFile())) {
      var main = file.getManifest().getMainAttributes();
      assertEquals("src,site-packages", main.getValue("Yimmo-WSGI-Python-Path"));
      assertEquals(null, main.getValue("Yimmo-WSGI-Venv"));
    }
  }

  @Test
  void isTheSameJarForTheSameSource() throws Exception {
    var one = make(project, Optional.of(project.resolve("venv")), "one.jar");
    var other = make(project, Optional.of(project.resolve("venv")), "other.jar");

    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(other));
  }

  @Test
  void leavesTheFormerJarWhereThereCanBeNone() throws Exception {
    var former = write("shop.jar", "the former one");
    write("shop/yimmo.toml", "path = '/shop'");

    assertThrows(BadDropException.class, () -> make(project, Optional.empty(), "shop.jar"));
    assertThrows(
        BadDropException.class, () -> make(write("notes.txt", ""), Optional.empty(), "shop.jar"));
    assertEquals("the former one", Files.readString(former));
  }
}
