package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listening on the sockets of a manager. */
@Timeout(60)
class ManagerSocketsTest {
  @TempDir Path directory;
  private TestManager manager;

  @BeforeEach
  void startManager() {
    manager = new TestManager(directory.resolve("sockets"));
  }

  @AfterEach
  void stopManager() throws Exception {
    manager.close();
  }

  private TestServer open() throws StartFailure {
    return new TestServer.Builder().bind(manager.bind()).open(TestWorker::path);
  }

  private static TestClient connect(int port) throws Exception {
    return new TestClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  @Test
  void servesOnAllOfThem() throws Exception {
    var first = manager.listenOnPort();
    var file = directory.resolve("file");
    manager.listenOnFile(file);
    var second = manager.listenOnPort();

    try (var server = open()) {

      assertEquals(
          List.of("http://127.0.0.1:" + first, "unix:" + file, "http://127.0.0.1:" + second),
          server.urls());
      for (var port : List.of(first, second)) {
        try (var client = connect(port)) {
          assertEquals("/a", client.get("/a").response().content());
        }
      }
      assertTrue(UnixSocketTest.get(file).endsWith("/a"));
    }
    assertTrue(Files.exists(file), "the file belongs to the manager");
  }

  @Test
  void sharesThemWithOthersOfWhichOneStops() throws Exception {
    var port = manager.listenOnPort();
    try (var _ = open()) {
      try (var _ = open()) {
        // both wait for connections here
      }

      for (int i = 0; i < 20; i++) {
        try (var client = connect(port)) {
          assertEquals(200, client.get("/").response().status());
        }
      }
    }
  }

  @Test
  void leavesConnectionsThatWaitToTheNextOne() throws Exception {
    var port = manager.listenOnPort();
    open().close();

    try (var client = connect(port)) {
      client.get("/waits");
      try (var _ = open()) {
        assertEquals("/waits", client.response().content());
      }
    }
  }

  @Test
  void shutsNobodyElsesSocketWhenItStops() throws Exception {
    var port = manager.listenOnPort();
    var server = open();
    try (var client = connect(port)) {
      client.get("/").response();
      server.stop(Duration.ofSeconds(10));

      assertTrue(client.closed());
    }
    connect(port).close(); // it would be refused
    server.close();
  }

  @Test
  void beatsAsLongAsSomebodyMayWatch() throws Exception {
    manager.listenOnPort();
    try (var watched = open();
        var alone = TestServer.open(TestWorker::path)) {
      var before = watched.ioThread().beats();
      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (watched.ioThread().beats() < before + 2 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(1_000_000);
      }

      assertTrue(watched.ioThread().beats() >= before + 2);
      assertEquals(0, alone.ioThread().beats());
    }
  }

  @Test
  void failsWithoutAManager() {
    var bind = "manager:" + directory.resolve("nobody");
    var builder = new TestServer.Builder().bind(bind);

    var failure = assertThrows(StartFailure.class, () -> builder.open(TestWorker::path));

    assertEquals(70, failure.exitStatus());
    assertEquals(
        "cannot take the listening sockets of the manager at "
            + directory.resolve("nobody")
            + ": its socket cannot be connected to",
        failure.getMessage());
  }

  @Test
  void failsWhenTheManagerHasNone() {
    var failure = assertThrows(StartFailure.class, this::open);

    assertEquals(70, failure.exitStatus());
    assertTrue(failure.getMessage().endsWith("/sockets: it sent none"), failure.getMessage());
  }

  @Test
  void failsWithAnotherTransport() {
    var builder = new TestServer.Builder().transport("nio").bind(manager.bind());

    var failure = assertThrows(StartFailure.class, () -> builder.open(TestWorker::path));

    assertEquals(70, failure.exitStatus());
    assertFalse(failure.getMessage().isEmpty());
  }
}
