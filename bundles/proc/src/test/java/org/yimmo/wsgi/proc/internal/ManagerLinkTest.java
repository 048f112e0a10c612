package org.yimmo.wsgi.proc.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.proc.internal.control.Connection;
import org.yimmo.wsgi.proc.internal.control.Failures;
import org.yimmo.wsgi.proc.internal.control.Message;

@Timeout(60)
class ManagerLinkTest {
  @TempDir Path parent;
  private Path folder;
  private ServerSocketChannel listening;
  private Connection manager;
  private ManagerLink link;
  private final CompletableFuture<String> retired = new CompletableFuture<>();
  private int looks; // thread of the beats

  @BeforeEach
  void connect() throws IOException {
    folder = Files.createDirectory(parent.resolve("manager"));
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(folder.resolve(Connection.CONTROL)));
    link = new ManagerLink(folder, 7, new Obeyed(), this::look, () -> Map.of("shop", "/shop"));
    manager = new Connection(listening.accept());
    assertEquals("7", next("hello").text("number").orElseThrow());
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    manager.close();
    listening.close();
  }

  /** The gauge io counts the looks; with the sixth there is one more request. */
  private Map<String, String> look() {
    looks++;
    return Map.of("io", Integer.toString(looks), "requests", looks < 6 ? "11" : "12");
  }

  private Message next(String word) throws IOException {
    var message = manager.read().orElseThrow();
    assertEquals(word, message.word());
    return message;
  }

  @Test
  void beatsWhenSomethingHasChangedAndSeldomOtherwise() throws IOException {
    for (var look : List.of(1, 4, 6, 9)) {
      var beat = next("beat");

      assertEquals(look, (int) beat.number("io").orElseThrow());
      assertEquals(look < 6 ? 11 : 12, beat.number("requests").orElseThrow());
    }
  }

  @Test
  void answersWhatBecameOfAChange() throws IOException {
    manager.send(new Message("change", Map.of("verb", "prepare", "generation", "g2")));
    assertEquals(Map.of("prepare", "g2"), Failures.in(nextBut("beat")));

    manager.send(new Message("change", Map.of("verb", "commit", "generation", "g2")));
    assertTrue(Failures.in(nextBut("beat")).get("").contains("not now"));
  }

  @Test
  void saysWhereApplicationsAreMounted() throws IOException {
    link.ready(Map.of("hello", "no module"));

    var ready = next("ready");
    assertEquals(Map.of("shop", "/shop"), ready.texts(Message.MOUNT));
    assertEquals(Map.of("hello", "no module"), Failures.in(ready));
  }

  private Message nextBut(String word) throws IOException {
    var message = manager.read().orElseThrow();
    while (message.word().equals(word)) {
      message = manager.read().orElseThrow();
    }
    assertEquals("changed", message.word());
    return message;
  }

  @Test
  void leavesNothingOfAManagerThatIsDead() throws Exception {
    listening.close();
    manager.close();

    assertEquals("the manager is gone", retired.get(30, TimeUnit.SECONDS));
    assertTrue(Files.exists(folder));
    link.close();

    assertFalse(Files.exists(folder));
  }

  @Test
  void leavesTheFolderToAManagerThatLives() {
    link.close();

    assertTrue(Files.exists(folder));
  }

  private final class Obeyed implements ManagerLink.Orders {
    @Override
    public void retire(String reason) {
      var _ = retired.complete(reason);
    }

    @Override
    public void stop() {
      throw new AssertionError("nobody said so");
    }

    @Override
    public void reopen() {
      throw new AssertionError("nobody said so");
    }

    @Override
    public void serve() {
      throw new AssertionError("nobody said so");
    }

    @Override
    public Map<String, String> change(String verb, String generation) {
      if (verb.equals("commit")) {
        throw new IllegalStateException("not now");
      }
      return Map.of(verb, generation);
    }
  }
}
