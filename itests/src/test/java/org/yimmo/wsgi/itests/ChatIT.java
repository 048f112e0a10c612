package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.itests.support.Chromium;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Requests;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.WebSocketClient;
import org.yimmo.wsgi.itests.support.WebSocketWire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** The chat of {@code examples/chat}: its protocol, and its page in a real browser. */
class ChatIT {
  private static final String EXAMPLE = Folders.example("chat").toString();

  private static Server server;

  @BeforeAll
  static void start() {
    server = Yimmo.serving("chat:app", "--chdir", EXAMPLE, "--threads", "2").start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  // --- without a browser

  @Test
  void servesThePageAndNothingElse() {
    var page = server.get("/");
    assertEquals(200, page.status());
    assertTrue(page.content().contains("<title>Chat</title>"));

    assertEquals(404, server.get("/nowhere").status());
    assertEquals(404, server.get("/talk").status());
    try (var wire = server.connect()) {
      assertEquals(404, wire.send(WebSocketWire.handshake("/elsewhere")).reply().status());
      assertEquals("", wire.send(Requests.request("HEAD", "/")).reply("HEAD").content());
    }
  }

  @Test
  void tellsWhoIsThereAndWhatTheySay() throws Exception {
    try (var ada = WebSocketClient.to(server.port(), "/talk")) {
      ada.text("{\"join\": \"Ada\"}");
      assertTrue(ada.next().startsWith("{\"recent\": ["));
      assertEquals("{\"people\": [\"Ada\"]}", ada.next());
      try (var grace = WebSocketClient.to(server.port(), "/talk")) {
        grace.text("{\"join\": \"Grace\"}");
        assertTrue(grace.next().startsWith("{\"recent\": ["));
        for (var client : List.of(ada, grace)) {
          assertEquals("{\"people\": [\"Ada\", \"Grace\"]}", client.next());
        }

        grace.text("{\"say\": \" hello \"}");

        for (var client : List.of(ada, grace)) {
          assertTrue(client.next().contains("\"name\": \"Grace\", \"text\": \"hello\""));
        }
      }
      assertEquals("{\"people\": [\"Ada\"]}", ada.next());
    }
  }

  @Test
  void refusesWhatIsNoText() throws Exception {
    try (var client = WebSocketClient.to(server.port(), "/talk")) {
      client.binary("octets");

      assertEquals("closed 1003", client.next());
    }
  }

  // --- in a browser

  @Test
  void showsInOnePageWhatIsTypedInTheOther() {
    try (var browser = Chromium.start()) {
      var ada = join(browser, server, "Ada");
      var grace = join(browser, server, "Grace <i>");
      for (var page : List.of(ada, grace)) {
        page.await("document.getElementById('people').textContent === 'Ada, Grace <i>'");
      }

      ada.enter("Is anybody there?");
      grace.await(says("Is anybody there?"));
      grace.enter("I am, and <b>I</b> see “€” & 🙂");
      ada.await(says("I am, and <b>I</b> see “€” & 🙂"));

      assertEquals("", ada.evaluate("document.getElementById('text').value"));
      var pictures = Folders.fresh("chat");
      ada.picture(pictures.resolve("ada.png"));
      grace.picture(pictures.resolve("grace.png"));
    }
  }

  @Test
  void connectsAgainAfterAReload() {
    try (var fleet = Fleet.serving("chat:app", "--chdir", EXAMPLE);
        var browser = Chromium.start()) {
      fleet.signal("TTOU"); // one process, where all meet
      var before = fleet.awaitServing(1);
      var ada = join(browser, fleet.server(), "Ada");
      var grace = join(browser, fleet.server(), "Grace");
      ada.enter("before");
      grace.await(says("before"));

      fleet.signal("HUP");
      fleet.awaitServing(1, before);
      before.forEach(Fleet::awaitGone);

      for (var page : List.of(ada, grace)) {
        page.await("document.getElementById('people').textContent === 'Ada, Grace'");
        page.await("document.getElementById('state').textContent === 'connected'");
      }
      grace.enter("after");
      ada.await(says("after"));
      assertEquals(
          "before, after",
          ada.evaluate(
              "[...document.querySelectorAll('#messages .text')].map(e => e.textContent).join(', ')"));
      fleet.stop();
    }
  }

  @Test
  void saysThatTheServerIsAway() {
    try (var browser = Chromium.start();
        var stopping = Yimmo.serving("chat:app", "--chdir", EXAMPLE).start()) {
      var page = join(browser, stopping, "Ada");

      stopping.stop();

      page.await("document.getElementById('state').textContent === 'reconnecting'");
      assertEquals("true", page.evaluate("document.getElementById('send').disabled"));
    }
  }

  private static Chromium.Page join(Chromium browser, Server server, String name) {
    var page = browser.open("http://127.0.0.1:" + server.port() + "/");
    page.await("document.activeElement.id === 'name'");
    page.enter(name);
    page.await("document.getElementById('state').textContent === 'connected'");
    return page;
  }

  private static String says(String text) {
    return "[...document.querySelectorAll('#messages .text')].at(-1)?.textContent === '%s'"
        .formatted(text);
  }
}
