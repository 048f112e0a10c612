package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/**
 * An application that served cannot be loaded by workers that come later: a file outside of its
 * release is gone. Each method goes on where the last one ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MissingApplicationIT {
  private static final int REQUESTS = 20;

  private final Path drops = Folders.fresh("drops");
  private final Path needed = Folders.fresh("elsewhere").resolve("needed.txt");
  private Fleet fleet;
  private Console console;

  @BeforeAll
  void start() throws IOException {
    Files.writeString(needed, "here");
    Files.writeString(drops.resolve("hello.py"), application("hello", ""));
    Files.writeString(
        drops.resolve("shop.py"), application("shop", "open('%s')".formatted(needed)));
    fleet = Fleet.deploying(drops);
    console = new Console(fleet.runtime(), fleet.pid());
  }

  @AfterAll
  void stop() {
    fleet.stop();
  }

  private static String application(String name, String first) {
    return """
    # /// yimmo
    # path = "/%1$s"
    # ///
    %2$s
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"%1$s"]
    """
        .formatted(name, first);
  }

  @Test
  @Order(1)
  void aWorkerThatCannotLoadItTakesThePlaceOfNobody() throws IOException {
    var before = fleet.awaitServing(2);
    Files.delete(needed);

    ProcessHandle.of(before.getFirst()).orElseThrow().destroyForcibly();

    fleet.log().await("takes the place of no other, as it cannot load shop \\(.*needed.txt");
    assertAllAnswered("/shop", "shop");
    assertAllAnswered("/hello", "hello");
    assertEquals(
        List.of(before.get(1)), fleet.status().serving().stream().map(Fleet.Member::pid).toList());
    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"application\":\"shop\",\"state\":\"FAILED\""), apps);
    assertTrue(apps.contains("a new worker cannot load it; others serve it still"), apps);
    assertTrue(apps.contains("No such file or directory"), apps);
    assertTrue(apps.contains("\"application\":\"hello\",\"state\":\"ACTIVE\""), apps);
  }

  @Test
  @Order(2)
  void aReloadKeepsTheWorkersThatServeIt() {
    fleet.log().await("the next try is made in 10 s");
    var before = fleet.status().serving();

    console.shows("reload");

    fleet.log().await("the reload has failed; the workers that were serving go on serving");
    assertEquals(
        before.stream().map(Fleet.Member::pid).toList(),
        fleet.status().serving().stream().map(Fleet.Member::pid).toList());
    assertAllAnswered("/shop", "shop");
  }

  @Test
  @Order(3)
  void itIsLoadedWhenItCanBe() throws IOException {
    Files.writeString(needed, "again");

    fleet.awaitServing(2);

    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"application\":\"shop\",\"state\":\"ACTIVE\""), apps);
  }

  @Test
  @Order(4)
  void whenNobodyServesItTheOthersAreServed() throws IOException {
    var before = fleet.awaitServing(2);
    Files.delete(needed);

    before.forEach(pid -> ProcessHandle.of(pid).orElseThrow().destroyForcibly());

    fleet
        .log()
        .await(
            "serves without shop \\(.*needed.txt.*\\); what is mended is loaded by yimmo:reload");
    fleet.awaitServing(2, before);
    assertAllAnswered("/hello", "hello");
    var reply = fleet.server().get("/shop");
    assertEquals(503, reply.status());
    assertTrue(reply.field("Retry-After").isPresent(), reply::toString);
    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"application\":\"shop\",\"state\":\"FAILED\""), apps);
    assertTrue(apps.contains("serves without it"), apps);
    assertTrue(apps.contains("\"serving\":false"), apps);
  }

  @Test
  @Order(5)
  void aReloadBringsItBack() throws IOException {
    var before = fleet.awaitServing(2);
    Files.writeString(needed, "again");

    console.shows("reload");

    fleet.awaitServing(2, before);
    Await.until("it serves", () -> fleet.server().get("/shop").status() == 200);
    assertAllAnswered("/shop", "shop");
    var apps = console.shows("apps", "--json");
    assertTrue(apps.contains("\"application\":\"shop\",\"state\":\"ACTIVE\""), apps);
  }

  private void assertAllAnswered(String target, String content) {
    for (var i = 0; i < REQUESTS; i++) {
      assertEquals(content, fleet.server().get(target).content());
    }
  }
}
