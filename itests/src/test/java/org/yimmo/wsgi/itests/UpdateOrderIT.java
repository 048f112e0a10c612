package org.yimmo.wsgi.itests;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.yimmo.wsgi.itests.support.Console;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.JavaBundle;
import org.yimmo.wsgi.itests.support.Load;

/**
 * What clients see while a new version takes over: each response is of one version, and no
 * connection gets an older one after a newer one. Responses have many chunks, each with its
 * version.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateOrderIT {
  private static final int CHUNKS = 30;
  private static final String JAVA = "org.example.versions";

  private final Path drops = Folders.fresh("drops");
  private Fleet fleet;
  private Console console;

  @BeforeAll
  void start() throws IOException {
    dropPython(1);
    dropJava(1, "/");
    fleet = Fleet.deploying(drops);
    console = new Console(fleet.runtime(), fleet.pid());
    fleet.log().await("versions serves at /python: release 1");
    fleet.log().await(JAVA + " serves at /java: release 1");
  }

  @AfterAll
  void stop() {
    fleet.stop();
  }

  private void dropPython(int version) throws IOException {
    var half = drops.resolve("versions.py~");
    Files.writeString(
        half,
        """
        # /// yimmo
        # path = "/python"
        # warmup = "/"
        # ///
        import time

        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            for _ in range(%d):
                time.sleep(0.0005)
                yield b"%d\\n"
        """
            .formatted(CHUNKS, version));
    Files.move(half, drops.resolve("versions.py"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** One that fails at {@code /fail}. */
  private void dropJava(int version, String warmUp) throws IOException {
    new JavaBundle(JAVA)
        .property("application.path", "/java")
        .property("application.warmup", warmUp)
        .application(
            """
            @Override
            public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse) {
              if (environ.variable("PATH_INFO").orElse("").equals("/fail")) {
                throw new IllegalStateException("this version is broken");
              }
              startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
              return () ->
                  java.util.stream.IntStream.range(0, %d)
                      .mapToObj(
                          _ -> {
                            java.util.concurrent.locks.LockSupport.parkNanos(500_000);
                            return ByteBuffer.wrap("%d\\n".getBytes());
                          })
                      .iterator();
            }
            """
                .formatted(CHUNKS, version))
        .write(drops.resolve("versions.jar"));
  }

  private Load load(String target) {
    return new Load(
        fleet.server()::connect, target, "(?:1\n){%1$d}|(?:2\n){%1$d}".formatted(CHUNKS));
  }

  @Test
  void ofAnApplicationInPython() throws IOException {
    var before = fleet.awaitServing(2);
    try (var load = load("/python")) {
      load.awaitAnswers(20);

      dropPython(2);
      fleet.log().await("versions serves at /python: release 2");
      fleet.awaitServing(2, before);
      before.forEach(Fleet::awaitGone);
      load.awaitAnswers(20);

      assertInOrder(load.stop());
    }
  }

  @Test
  void ofAnApplicationInJavaWhichIsWarmedUpBesideTheOldOne() throws IOException {
    try (var load = load("/java")) {
      load.awaitAnswers(20);

      dropJava(2, "/fail");
      fleet.log().await("versions.jar is not deployed: the warm-up failed: GET /java/fail");
      fleet.log().await("this version is broken");
      var apps = console.shows("apps", "--json");
      assertTrue(apps.contains("\"state\":\"FAILED\""), apps);
      assertTrue(apps.contains("GET /java/fail was answered with status 500"), apps);
      load.awaitAnswers(5);
      var mark = fleet.log().mark();
      dropJava(2, "/");
      fleet.log().await(JAVA + " serves at /java: release", mark);
      load.awaitAnswers(20);

      var connections = assertInOrder(load.stop());
      assertTrue(
          connections.stream().anyMatch(versions -> Set.copyOf(versions).size() == 2),
          "the process stays, and so do connections");
    }
  }

  /** The versions of the answers, by connection. */
  private static Collection<List<String>> assertInOrder(Load.Tally tally) {
    assertEquals(List.of(), tally.failures(), tally::toString);
    var connections =
        tally.answers().stream()
            .collect(
                groupingBy(
                    Load.Answer::connection,
                    mapping(answer -> answer.content().substring(0, 1), toList())))
            .values();
    connections.forEach(versions -> assertEquals(versions.stream().sorted().toList(), versions));
    assertEquals(
        Set.of("1", "2"),
        Set.copyOf(connections.stream().flatMap(List::stream).distinct().toList()));
    return connections;
  }
}
