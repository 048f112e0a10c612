package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/** Which console {@code yimmo-wsgi console} speaks with. */
class ConsoleCommandTest {
  private static final String USAGE =
      ": write yimmo-wsgi console [--pid PID | --pid-file FILE] [--worker N] [COMMAND...]";

  @TempDir Path directory;
  private final List<AutoCloseable> listening = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var socket : listening) {
      socket.close();
    }
  }

  private Path listen(String file) throws IOException {
    var path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.add(server.bind(UnixDomainSocketAddress.of(path)));
    return path;
  }

  private Outcome console(String... arguments) {
    var words = new ArrayList<>(List.of("console"));
    words.addAll(List.of(arguments));
    return Call.with(words.toArray(String[]::new))
        .and("XDG_RUNTIME_DIR", directory.toString())
        .in(directory)
        .invocation()
        .outcome();
  }

  private String failure(String... arguments) {
    return assertInstanceOf(Outcome.Fail.class, console(arguments)).sentence();
  }

  @Test
  void readsCommandsWhenNoneIsGiven() throws IOException {
    var socket = listen("yimmo-wsgi-71/console");

    assertEquals(new Outcome.Converse(socket, Optional.empty()), console("--pid", "71"));
  }

  @Test
  void takesTheRestForTheCommand() throws IOException {
    var socket = listen("yimmo-wsgi-71/console");

    assertEquals(
        new Outcome.Converse(socket, Optional.of("yimmo:apps --json --pid")),
        console("--pid", "71", "yimmo:apps", "--json", "--pid"));
  }

  @Test
  void takesThePidFromAFile() throws IOException {
    var socket = listen("yimmo-wsgi-71/console");
    Files.writeString(directory.resolve("pid"), "71\n");

    assertEquals(
        new Outcome.Converse(socket, Optional.of("lb")), console("--pid-file", "pid", "lb"));
  }

  @Test
  void findsAWorkerByItsNumber() throws IOException {
    listen("yimmo-wsgi-71/console");
    var socket = listen("yimmo-wsgi-71/console-12");

    assertEquals(
        new Outcome.Converse(socket, Optional.of("lb")),
        console("--pid", "71", "--worker", "12", "lb"));
  }

  @Test
  void saysWhichWorkersThereAre() throws IOException {
    listen("yimmo-wsgi-71/console");
    listen("yimmo-wsgi-71/console-12");
    listen("yimmo-wsgi-71/console-3");

    assertEquals(
        "there is no worker 4; running: 3, 12", failure("--pid", "71", "--worker", "4", "lb"));
  }

  @Test
  void asksWhichOfSeveralIsMeant() throws IOException {
    listen("yimmo-wsgi-72/console");
    listen("yimmo-wsgi-71/console");

    var sentence = failure("lb");

    assertTrue(sentence.startsWith("several are running: add --pid with one of "), sentence);
    assertTrue(sentence.contains("71, 72"), sentence);
  }

  @ParameterizedTest
  @CsvSource({
    "--pid, x, '\"x\" is no number for --pid'",
    "--worker, 0, '\"0\" is no number for --worker'",
    "--json, lb, '\"--json\" is no option of the console'",
  })
  void saysWhatIsWrongWithTheCall(String option, String value, String sentence) {
    assertEquals(
        sentence + USAGE,
        assertInstanceOf(Outcome.Refuse.class, console(option, value)).sentence());
  }

  @Test
  void saysThatAValueIsMissing() {
    assertEquals(
        "--worker needs a value" + USAGE,
        assertInstanceOf(Outcome.Refuse.class, console("--worker")).sentence());
  }

  @Test
  void leavesAnApplicationOfThatNameAlone() {
    assertEquals("console", Call.with("console:app").settings().text(Setting.MODULE));
  }
}
