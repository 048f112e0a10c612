package org.yimmo.wsgi.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Console;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.JavaBundle;
import org.yimmo.wsgi.itests.support.Load;
import org.yimmo.wsgi.itests.support.Yimmo;

/**
 * The life of what is dropped into a deploy folder. Each method goes on where the last one ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeployIT {
  private final Path drops = Folders.fresh("drops");
  private final Path elsewhere = Folders.fresh("elsewhere");
  private Fleet fleet;
  private Console console;

  @BeforeAll
  void start() {
    fleet = Fleet.deploying(drops);
    console = new Console(fleet.runtime(), fleet.pid());
  }

  /** Nothing is left of it. */
  @AfterAll
  void stop() {
    fleet.stop();
  }

  private static String versioned(String version) {
    return """
    import os

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"%s {os.getpid()}\\n".encode()]
    """
        .formatted(version);
  }

  private static String telling(String text) {
    return """
    import marker

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        where = environ["SCRIPT_NAME"] + " " + environ["PATH_INFO"] + " " + marker.__name__
        return [("%s " + where).encode()]
    """
        .formatted(text);
  }

  private static Map<String, String> project(String text) {
    return Map.of(
        "yimmo.toml",
        "module = \"shop\"\npath = \"/%s\"\n".formatted(text),
        "shop.py",
        telling(text),
        "lib/marker.py",
        "");
  }

  private static void archive(Path file, Map<String, String> content) throws IOException {
    var half = file.resolveSibling(file.getFileName() + "~");
    try (var zip = new ZipOutputStream(Files.newOutputStream(half))) {
      for (var entry : content.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(UTF_8));
      }
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private String content(String target) {
    var reply = fleet.server().get(target);
    assertEquals(200, reply.status(), () -> target + ": " + reply);
    return reply.content();
  }

  @Test
  @Order(1)
  void anEmptyFolderServesNothing() {
    assertEquals(404, fleet.server().get("/").status());
    assertTrue(console.shows("apps").isBlank() || console.shows("apps").lines().count() == 1);
  }

  @Test
  @Order(2)
  void everyFormServes() throws IOException {
    var withPath = "python-path = [\".\", \"lib\"]\n";
    var folder = Files.createDirectories(elsewhere.resolve("folder"));
    for (var file : project("folder").entrySet()) {
      var path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Files.writeString(folder.resolve("yimmo.toml"), project("folder").get("yimmo.toml") + withPath);
    Files.move(folder, drops.resolve("folder"));
    archive(
        drops.resolve("zip.zip"),
        Map.of(
            "zip/yimmo.yml",
            "module: shop\npath: /zip\npython-path: [., lib]\n",
            "zip/shop.py",
            telling("zip"),
            "zip/lib/marker.py",
            ""));
    archive(
        drops.resolve("jar.jar"),
        Map.of(
            "META-INF/MANIFEST.MF",
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: jar
            Yimmo-WSGI-Application: shop:application
            Yimmo-WSGI-Path: /jar
            Yimmo-WSGI-Python-Path: .,lib
            """,
            "shop.py",
            telling("jar"),
            "lib/marker.py",
            ""));
    Files.copy(
        Path.of(System.getProperty("yimmo.example.bundle")), drops.resolve("java-hello.jar"));
    Files.writeString(drops.resolve("hello.py"), versioned("one"));

    for (var name : List.of("folder", "zip", "jar", "hello", "org.yimmo.wsgi.examples.hello")) {
      fleet.log().await(" " + name + " serves.*: release 1");
    }

    for (var form : List.of("folder", "zip", "jar")) {
      assertEquals(form + " /" + form + " /x marker", content("/" + form + "/x"));
    }
    assertEquals("Hello, Java!", content("/hello/Java").strip());
    assertTrue(content("/").startsWith("one "));
    fleet.awaitServing(2);
    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"mount\":\"/hello\",\"drop\":\"java-hello.jar\""), apps);
  }

  @Test
  @Order(3)
  void aNewVersionReplacesTheOldOneWithoutALostRequest() throws IOException {
    var before = fleet.awaitServing(2);
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      Files.writeString(drops.resolve("hello.py"), versioned("two"));
      fleet.log().await("hello serves at /: release 2");

      fleet.awaitServing(2, before);
      before.forEach(Fleet::awaitGone);
      var since = System.nanoTime();
      load.awaitAnswers(50);
      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      assertEquals(Set.of("one", "two"), versions(tally.contents()));
      assertEquals(Set.of("two"), versions(tally.contentsSince(since)));
      assertOneVersionEach(tally);
    }
  }

  private static Set<String> versions(List<String> contents) {
    return contents.stream()
        .map(content -> content.split(" ", 2)[0])
        .collect(toCollection(TreeSet::new));
  }

  private static void assertOneVersionEach(Load.Tally tally) {
    var connections =
        tally.answers().stream()
            .collect(groupingBy(Load.Answer::connection, mapping(Load.Answer::content, toList())));
    connections.forEach((connection, contents) ->
        assertEquals(1, Set.copyOf(contents).size(), connection + " changed its process"));
    assertTrue(
        connections.size() > tally.answers().stream().filter(one -> !one.persistent()).count());
  }

  @Test
  @Order(4)
  void aBrokenVersionLeavesTheOldOneServing() throws IOException {
    var before = fleet.awaitServing(2);
    try (var load = fleet.load()) {
      load.awaitAnswers(50);

      Files.writeString(drops.resolve("hello.py"), "import there_is_no_such_module\n");
      fleet
          .log()
          .await(
              "hello.py is not deployed: cannot import the module hello: ModuleNotFoundError: No"
                  + " module named 'there_is_no_such_module'; yimmo:apps shows the traceback");

      load.awaitAnswers(50);
      assertEquals(before, fleet.awaitServing(2));
      var tally = load.stop();
      assertEquals(List.of(), tally.failures(), tally::toString);
      assertEquals(Set.of("two"), versions(tally.contents()));
    }
    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"application\":\"hello\",\"state\":\"FAILED\""), apps);
    assertTrue(apps.contains("No module named 'there_is_no_such_module'"), apps);
    assertTrue(apps.contains("Traceback (most recent call last)"), apps);
    var help = console.shows("help", "yimmo:apps");
    assertTrue(help.contains("Shows the applications of the deploy folder"), help);
  }

  @Test
  @Order(5)
  void theVersionBeforeComesBack() {
    var before = fleet.awaitServing(2);

    assertEquals("hello serves at /: release 1", console.shows("rollback", "hello").strip());

    fleet.awaitServing(2, before);
    assertTrue(content("/").startsWith("one "));
    assertTrue(console.refuses("rollback", "hello").contains("hello has no release before 1"));
    assertTrue(console.refuses("rollback", "nobody").contains("no application nobody serves"));
  }

  @Test
  @Order(6)
  void theConsoleDeploysAndUndeploys() throws IOException {
    var other = Files.writeString(elsewhere.resolve("other.py"), block("/other") + versioned("x"));
    assertEquals(
        "other serves at /other: release 1", console.shows("deploy", other.toString()).strip());
    assertTrue(content("/other").startsWith("x "));

    var cold = "def application(environ, start_response):\n    1 / 0\n";
    Files.writeString(other, block("/other\"\n# warmup = \"/cold") + cold);
    assertTrue(
        console
            .refuses("deploy", other.toString())
            .contains("the warm-up failed: GET /other/cold was answered with status 500"));
    assertTrue(content("/other").startsWith("x "));
    Files.writeString(elsewhere.resolve("rival.py"), block("/other") + versioned("y"));
    var refusal = console.refuses("deploy", elsewhere.resolve("rival.py").toString());
    assertTrue(refusal.contains("other.py is mounted at /other"), refusal);
    Files.writeString(elsewhere.resolve("late.py"), block("/hello") + versioned("late"));
    refusal = console.refuses("deploy", elsewhere.resolve("late.py").toString());
    assertTrue(refusal.contains("java-hello.jar is mounted at /hello"), refusal);
    Files.delete(drops.resolve("late.py"));
    var java =
        new JavaBundle("org.example.late")
            .property("application.path", "/other")
            .application(
                """
                @Override
                public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
                  return text(startResponse, "late");
                }
                """)
            .write(elsewhere.resolve("late.jar"));
    refusal = console.refuses("deploy", java.toString());
    assertTrue(refusal.contains("other is mounted at /other; give this one another"), refusal);
    Files.delete(drops.resolve("late.jar"));

    assertEquals("other.py is removed", console.shows("undeploy", "other").strip());
    fleet.log().await("rival serves at /other");
    fleet.awaitServing(2);
    assertTrue(content("/other").startsWith("y "), "what it stood in the way of");
  }

  private static String block(String path) {
    return "# /// yimmo\n# path = \"%s\"\n# ///\n".formatted(path);
  }

  @Test
  @Order(7)
  void aProjectBecomesAJarThatNeedsNothingElse() throws IOException {
    var project = Files.createDirectories(elsewhere.resolve("project"));
    Files.writeString(
        project.resolve("yimmo.toml"), "module = \"shop\"\npath = \"/made\"\nname = \"made\"\n");
    Files.writeString(project.resolve("shop.py"), telling("made"));
    var packages = Files.createDirectories(elsewhere.resolve("packages"));
    Files.writeString(packages.resolve("marker.py"), "");
    var jar = elsewhere.resolve("made.jar");

    var made =
        Yimmo.with("bundle", "project", "-o", "made.jar", "--requirements", "packages")
            .directory(elsewhere)
            .run();

    assertEquals(0, made.status(), made::err);
    assertTrue(made.err().contains("made at /made, 4 files"), made::err);
    assertEquals(
        "made serves at /made: release 1", console.shows("deploy", jar.toString()).strip());
    fleet.awaitServing(2);
    assertEquals("made /made /x marker", content("/made/x"));
    assertEquals(2, Yimmo.with("bundle", ".", "-o", "x.jar").directory(packages).run().status());
  }

  @Test
  @Order(8)
  void anApplicationInJavaIsReplacedInTheProcessesThatServe() throws IOException {
    var before = fleet.awaitServing(2);
    var again = drops.resolve("java-hello.jar~");
    Files.copy(Path.of(System.getProperty("yimmo.example.bundle")), again);
    Files.move(again, drops.resolve("java-hello.jar"), StandardCopyOption.ATOMIC_MOVE);

    fleet.log().await("org.yimmo.wsgi.examples.hello serves at /hello: release 2");

    assertEquals(before, fleet.awaitServing(2));
    assertEquals("Hello, Java!", content("/hello/Java").strip());
    fleet
        .status()
        .members()
        .forEach(worker -> {
          var bundles = console.shows("--worker", Long.toString(worker.number()), "lb", "-l");
          assertEquals(
              1, bundles.split("org.yimmo.wsgi.examples.hello/2/", -1).length - 1, bundles);
          assertFalse(bundles.contains("org.yimmo.wsgi.examples.hello/1/"), bundles);
        });
  }

  @Test
  @Order(9)
  void aBundleThatIsNoApplicationIsThereForOthers() throws IOException {
    var words =
        new JavaBundle("org.example.words")
            .component(
                "java.util.function.Supplier",
                """
                public final class Fixture implements java.util.function.Supplier<String> {
                  @Override
                  public String get() {
                    return "a word";
                  }
                }
                """)
            .write(elsewhere.resolve("words.jar"));
    var asking =
        new JavaBundle("org.example.asking")
            .property("application.path", "/asking")
            .needs("java.util.function.Supplier")
            .application(
                """
                private final java.util.function.Supplier<?> words;

                public Fixture(java.util.function.Supplier<?> words) {
                  this.words = words;
                }

                @Override
                public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
                  return text(startResponse, "asked for " + words.get());
                }
                """)
            .write(elsewhere.resolve("asking.jar"));

    var refusal = console.refuses("deploy", asking.toString());
    assertTrue(refusal.contains("registers no service org.yimmo.wsgi.application"), refusal);
    assertEquals(
        "org.example.words is installed: release 1",
        console.shows("deploy", words.toString()).strip());
    fleet.log().await("org.example.asking serves");

    fleet.awaitServing(2);
    assertEquals("asked for a word", content("/asking"));
    console.shows("undeploy", "org.example.asking");
    console.shows("undeploy", "org.example.words");
  }

  @Test
  @Order(10)
  void eachFormIsReplacedByANewVersion() throws IOException {
    Files.writeString(drops.resolve("folder/shop.py"), telling("folder-two"));
    archive(
        drops.resolve("zip.zip"),
        Map.of(
            "yimmo.toml",
            "module = \"shop\"\npath = \"/zip\"\npython-path = [\".\", \"lib\"]\n",
            "shop.py",
            telling("zip-two"),
            "lib/marker.py",
            ""));
    archive(
        drops.resolve("jar.jar"),
        Map.of(
            "META-INF/MANIFEST.MF",
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: jar
            Bundle-Version: 2.0
            Yimmo-WSGI-Application: shop:application
            Yimmo-WSGI-Path: /jar
            """,
            "shop.py",
            telling("jar-two"),
            "marker.py",
            ""));

    fleet.log().await(" folder serves at /folder: release 2");
    fleet.log().await(" zip serves at /zip: release 2");
    fleet.log().await(" jar serves at /jar: release 2, version 2.0");

    fleet.awaitServing(2);
    for (var form : List.of("folder", "zip", "jar")) {
      assertEquals(form + "-two /" + form + " /x marker", content("/" + form + "/x"));
    }
  }

  @Test
  @Order(11)
  void whatIsRemovedIsNotServedAnyMore() throws IOException {
    var before = fleet.awaitServing(2);
    Files.delete(drops.resolve("java-hello.jar"));
    Files.delete(drops.resolve("zip.zip"));
    Files.delete(drops.resolve("jar.jar"));
    console.shows("undeploy", "folder");

    fleet.log().await("java-hello.jar is removed");
    fleet.log().await("zip.zip is removed");
    fleet.log().await("jar.jar is removed");
    fleet.awaitServing(2, before);

    assertFalse(content("/hello/Java").contains("Java"));
    for (var form : List.of("folder", "zip", "jar")) {
      assertTrue(content("/" + form).startsWith("one "), "the application of the root");
    }
    Files.delete(drops.resolve("hello.py"));
    fleet.log().await("hello.py is removed");
    Await.until("nothing is served", () -> fleet.server().get("/").status() == 404);
  }
}
