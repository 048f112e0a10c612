package org.yimmo.wsgi.deploy.internal.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be dropped, and what it becomes. */
class ExaminationTest {
  @TempDir private Path folder;
  private Path into;

  @BeforeEach
  void makeFolder() throws IOException {
    into = Files.createDirectory(folder.resolve("into"));
  }

  // --- forms

  @Test
  void aPlainFileIsMountedAtTheRoot() throws Exception {
    var content = examine(file("shop.py", "def application(environ, start): ..."));

    assertEquals(
        new Content("shop", Kind.PYTHON, into, "", Optional.of(new Place("", "/"))), content);
    assertTrue(Files.exists(into.resolve("shop.py")));
    assertEquals("shop:application", header(Headers.APPLICATION));
  }

  @Test
  void aPlainFileMayDescribeItselfInABlock() throws Exception {
    var content =
        examine(
            file(
                "shop.py",
                """
                # /// yimmo
                # path = "/shop"
                # module = "shop:make()"
                # ///
                """));

    assertEquals(Optional.of(new Place("", "/shop")), content.place());
    assertEquals("shop:make()", header(Headers.APPLICATION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"yimmo.toml", "yimmo.yml"})
  void aFolderDescribesItself(String name) throws Exception {
    var toml = name.endsWith("toml");
    var project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(
        project.resolve(name),
        toml
            ? """
            name = "shop"
            version = "2.0"
            module = "shop.wsgi:app"
            path = "/shop/"
            host = "*.example.org"
            environment = { MODE = "a,b \\"c\\"", LEVEL = 3 }
            python-path = ["src", "lib"]
            """
            : """
            name: shop
            version: "2.0"
            module: shop.wsgi:app
            path: /shop/
            host: "*.example.org"
            environment:
              MODE: a,b "c"
              LEVEL: 3
            python-path: [src, lib]
            """);
    Files.createDirectories(project.resolve("src/shop"));
    Files.writeString(project.resolve("src/shop/wsgi.py"), "app = None\n");
    Files.createDirectories(project.resolve("env"));
    Files.writeString(project.resolve("env/pyvenv.cfg"), "");

    var content = examine(project);

    assertEquals("shop", content.name());
    assertEquals("2.0", content.version());
    assertEquals(Optional.of(new Place("*.example.org", "/shop")), content.place());
    assertTrue(Files.exists(into.resolve("src/shop/wsgi.py")));
    assertFalse(Files.exists(into.resolve("env")));
    var read = Headers.read(headers()::getValue, "");
    assertEquals(List.of("LEVEL=3", "MODE=a,b \"c\""), read.environment());
    assertEquals(List.of("src", "lib"), read.pythonPath());
  }

  @Test
  void anEnvironmentInTheFolderIsUsedWhereItIs() throws Exception {
    var project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(project.resolve("yimmo.toml"), "module = 'shop'\nvenv = 'env'\n");

    examine(project);

    assertEquals(project.resolve("env").toString(), Headers.read(headers()::getValue, "").venv());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "shop-1.0/"})
  void aZipMayHaveOneFolderAtItsTop(String top) throws Exception {
    var zip = zip("shop.zip", top + "yimmo.toml", "module = 'shop'", top + "shop.py", "");

    var content = examine(zip);

    assertEquals("shop", content.name());
    assertTrue(Files.exists(into.resolve("shop.py")));
  }

  @Test
  void aJarWithTheHeaderIsUnpacked() throws Exception {
    var jar =
        zip(
            "shop.jar",
            "META-INF/MANIFEST.MF",
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: org.example.shop;singleton:=true
            Bundle-Version: 1.2.3
            Yimmo-WSGI-Application: shop:app
            Yimmo-WSGI-Path: /shop
            Yimmo-WSGI-Python-Path: app, lib
            Yimmo-WSGI-Environment: A=1,"B=2,3"
            """,
            "app/shop.py",
            "");

    var content = examine(jar);

    assertEquals("org.example.shop", content.name());
    assertEquals("1.2.3", content.version());
    assertEquals(into, content.location());
    assertEquals("org.example.shop;singleton:=true", header("Bundle-SymbolicName"));
    assertTrue(Files.exists(into.resolve("app/shop.py")));
    var read = Headers.read(headers()::getValue, "");
    assertEquals(List.of("A=1", "B=2,3"), read.environment());
    assertEquals(List.of("app", "lib"), read.pythonPath());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Import-Package: org.osgi.framework",
        "Import-Package: org.yimmo.wsgi.application.more",
        "Import-Package: org.yimmo.wsgi.application\nExport-Package: org.example.api",
        "Import-Package: org.yimmo.wsgi.application\nBundle-SymbolicName: x; singleton := true",
      })
  void aBundleThatOthersMayDependOnIsTakenAsSuch(String headers) throws Exception {
    var name = headers.contains("Bundle-SymbolicName") ? "" : "Bundle-SymbolicName: x\n";
    var manifest = "Manifest-Version: 1.0\n" + name + headers + "\n";

    var content = examine(zip("library.jar", "META-INF/MANIFEST.MF", manifest));

    assertEquals(Kind.BUNDLE, content.kind());
    assertEquals(into.resolve("library.jar"), content.location());
  }

  @Test
  void aJavaBundleStaysAJar() throws Exception {
    var jar =
        zip(
            "hello.jar",
            "META-INF/MANIFEST.MF",
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: org.example.hello
            Bundle-Version: 1.0.0
            Import-Package: org.osgi.framework,org.yimmo.wsgi.application;ver
             sion="[1.0,2)"
            """);

    var content = examine(jar);

    assertEquals(
        new Content(
            "org.example.hello", Kind.JAVA, into.resolve("hello.jar"), "1.0.0", Optional.empty()),
        content);
  }

  @Test
  void longAndForeignValuesSurviveInTheManifest() throws Exception {
    var value = "ß€".repeat(200);

    examine(file("shop.py", "# /// yimmo\n# environment = [\"A=" + value + "\"]\n# ///\n"));

    assertEquals(List.of("A=" + value), Headers.read(headers()::getValue, "").environment());
  }

  // --- refusals

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.txt",
        "proj/../../evil.txt",
        "proj/../evil.txt",
        "/evil.txt",
        "..\\evil.txt",
        "C:/evil.txt",
        "proj/..",
      })
  void nothingIsWrittenOutsideOfTheRelease(String name) throws Exception {
    var zip = zip("shop.zip", "proj/yimmo.toml", "module = 'shop'", name, "evil");

    var refusal = refusal(zip);

    assertTrue(refusal.contains("outside") || refusal.contains("yimmo.toml"), refusal);
    try (var written = Files.walk(folder)) {
      assertTrue(written.noneMatch(file -> file.endsWith("evil.txt")));
    }
  }

  @Test
  void aPathTraversalBelowTheOnlyFolderIsRefused() throws Exception {
    var refusal =
        refusal(zip("s.zip", "proj/yimmo.toml", "module = 'shop'", "proj/../evil.txt", "evil"));

    assertEquals("the archive holds \"proj/../evil.txt\", which leads outside of it", refusal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module = \"shop\\r\\nEvil: yes\"",
        "module = 'shop'\nversion = \"1\\n2\"",
        "module = 'shop'\nenvironment = [\"A=\\u0000\"]",
        "module = 'shop'\nenvironment = { \"A\\nB\" = 'x' }",
        "module = 'shop'\npath = \"/a\\u0085b\"",
        "module = 'shop'\nname = '../shop'",
        "module = 'shop'\nname = '.hidden'",
        "module = 'shop'\npath = 'shop'",
        "module = 'shop'\npath = '/a/../b'",
        "module = 'shop'\nhost = 'a b'",
        "module = 'shop'\ninterpreter = 'other'",
        "module = 'shop'\npython-path = ['/usr']",
        "module = 'shop'\npython-path = ['../x']",
        "module = 'shop'\nenvironment = ['A']",
        "module = 'shop'\nwarmup = ['x']",
        "module = 'shop'\ncolour = 'red'",
        "module = 'shop:'",
        "module = 'shop-1'",
        "module = ['shop']",
        "path = '/'",
        "module = ",
        "module = 'shop'\nmodule = 'shop'",
      })
  void whatCannotBeUsedIsRefused(String toml) throws Exception {
    var project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(project.resolve("yimmo.toml"), toml);

    var refusal = refusal(project);

    assertTrue(refusal.codePoints().noneMatch(Character::isISOControl), refusal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a\n", "shop", "a: [", "a: &x [*x, *x]\nmodule: shop", "\tmodule: x"})
  void yamlThatIsNoneOfOursIsRefused(String yaml) throws Exception {
    var project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(project.resolve("yimmo.yml"), yaml);

    assertFalse(refusal(project).isEmpty());
  }

  @Test
  void aHugeOrDeepDescriptionIsRefusedUnread() throws Exception {
    var project = Files.createDirectory(folder.resolve("project"));

    Files.writeString(project.resolve("yimmo.toml"), "#".repeat(70_000));
    assertEquals("yimmo.toml is larger than 65536 octets", refusal(project));

    Files.writeString(project.resolve("yimmo.toml"), "a = " + "[".repeat(20_000));
    assertEquals("yimmo.toml is nested too deeply", refusal(project));
  }

  @Test
  void anArchiveThatExpandsBeyondTheLimitIsRefused() throws Exception {
    var zip = zip("shop.zip", "yimmo.toml", "module = 'shop'", "zeros", "0".repeat(5000));

    var refusal =
        assertThrows(
            BadDropException.class, () -> Examination.examine(zip, into, new Limits(4000, 10)));
    assertTrue(refusal.getMessage().contains("larger than 4000 octets"), refusal.getMessage());

    var other = Files.createDirectory(folder.resolve("other"));
    assertThrows(
        BadDropException.class, () -> Examination.examine(zip, other, new Limits(9000, 1)));
  }

  @Test
  void brokenArchivesAndMissingHeadersAreRefused() throws Exception {
    assertEquals(
        "there is no yimmo.toml or yimmo.yml in the archive, neither at its top nor in its only"
            + " folder",
        refusal(zip("a.zip", "shop.py", "")));
    assertTrue(refusal(file("b.zip", "no zip")).startsWith("the archive is broken"));
    assertEquals("the jar has no manifest", refusal(zip("c.jar", "shop.py", "")));
    assertTrue(
        refusal(zip("d.jar", "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"))
            .contains(Headers.APPLICATION));
    assertTrue(refusal(Files.createDirectory(folder.resolve("e"))).contains("yimmo.toml"));
  }

  @Test
  void aLinkOutOfTheFolderIsRefused() throws Exception {
    var project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(project.resolve("yimmo.toml"), "module = 'shop'");
    Files.createSymbolicLink(project.resolve("within"), Path.of("yimmo.toml"));
    examine(project);
    assertTrue(Files.isSymbolicLink(into.resolve("within")));

    Files.createSymbolicLink(project.resolve("out"), Path.of("../../etc"));
    Files.delete(into.resolve("within"));
    Files.delete(into.resolve("yimmo.toml"));
    assertTrue(refusal(project).contains("leads outside"));
  }

  // --- wholeness

  @Test
  void anArchiveThatIsStillCopiedIsNotWhole() throws Exception {
    var zip = zip("shop.zip", "yimmo.toml", "module = 'shop'", "shop.py", "x".repeat(1000));
    assertTrue(Examination.isWhole(zip));

    var octets = Files.readAllBytes(zip);
    Files.write(zip, Arrays.copyOf(octets, octets.length - 30));

    assertFalse(Examination.isWhole(zip));
  }

  private Content examine(Path drop) throws BadDropException, IOException {
    return Examination.examine(drop, into);
  }

  private String refusal(Path drop) {
    return assertThrows(BadDropException.class, () -> examine(drop)).getMessage();
  }

  private Attributes headers() throws IOException {
    try (var in = Files.newInputStream(into.resolve("META-INF/MANIFEST.MF"))) {
      return new Manifest(in).getMainAttributes();
    }
  }

  private String header(String name) throws IOException {
    return headers().getValue(name);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Path zip(String name, String... namesAndTexts) throws IOException {
    var file = folder.resolve(name);
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(UTF_8));
        zip.closeEntry();
      }
    }
    return file;
  }
}
