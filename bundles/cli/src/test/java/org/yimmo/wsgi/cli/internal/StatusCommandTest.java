package org.yimmo.wsgi.cli.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/** {@code yimmo-wsgi status} with a manager of a few lines. */
@Timeout(30)
class StatusCommandTest {
  private static final String REPORT =
      """
      {"manager":{"pid":71,"version":"0.1","uptime.seconds":7384,"state":"serving","processes":2,\
      "restarts":1},"workers":[{"number":1,"pid":72,"state":"ready","age.seconds":65,\
      "requests":1234567,"in-flight":3,"connections":10,"stuck":0,"rss.bytes":104857600,\
      "cpu.millis":12345,"application":"100% sh\\u00f6p"},\
      {"number":2,"pid":73,"state":"starting","age.seconds":1,"application":""}]}\
      """;

  @TempDir Path directory;
  private final List<AutoCloseable> managers = new ArrayList<>();

  @AfterEach
  void stopManagers() throws Exception {
    for (var manager : managers) {
      manager.close();
    }
  }

  private ServerSocketChannel startListener(long pid, String socket) throws IOException {
    var folder = Files.createDirectory(directory.resolve("yimmo-wsgi-" + pid));
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(folder.resolve(socket)));
    managers.add(server);
    return server;
  }

  private void startManager(long pid, String answer) throws IOException {
    var server = startListener(pid, "control");
    Thread.ofPlatform().daemon().start(() -> answer(server, answer));
  }

  private static void answer(ServerSocketChannel server, String answer) {
    while (server.isOpen()) {
      try (var channel = server.accept()) {
        var asked = Channels.newInputStream(channel).readNBytes(10);
        if (asked.length == 10) { // else somebody only looked whether we live
          assertEquals("\0\0\0\006status", new String(asked, UTF_8));
          var octets = answer.getBytes(UTF_8);
          channel.write(ByteBuffer.allocate(4).putInt(octets.length).flip());
          channel.write(ByteBuffer.wrap(octets));
        }
      } catch (IOException e) {
        if (server.isOpen()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private Outcome status(String... arguments) {
    var words = new ArrayList<>(List.of("status"));
    words.addAll(List.of(arguments));
    return Call.with(words.toArray(String[]::new))
        .and("XDG_RUNTIME_DIR", directory.toString())
        .in(directory)
        .invocation()
        .outcome();
  }

  private String shown(String... arguments) {
    return assertInstanceOf(Outcome.Show.class, status(arguments)).text();
  }

  private String failure(String... arguments) {
    return assertInstanceOf(Outcome.Fail.class, status(arguments)).sentence();
  }

  private static String message(String json) {
    return "status\njson=" + json.replace("%", "%25") + "\n";
  }

  @Test
  void showsATable() throws IOException {
    startManager(71, message(REPORT));

    assertEquals(
        """
        manager 71 serving, yimmo-wsgi 0.1, up 2 h 3 min, worker processes: 2, restarts: 1

        WORKER  PID  STATE     AGE        REQUESTS  IN FLIGHT  CONNECTIONS  STUCK  RSS      CPU     APPLICATION
        1       72   ready     1 min 5 s  1234567   3          10           0      100 MiB  12.3 s  100% sh\u00f6p
        2       73   starting  1 s        -         -          -            -      -        -       -
        """,
        shown("71"));
  }

  @Test
  void showsJsonAsItIs() throws IOException {
    startManager(71, message(REPORT));

    assertEquals(REPORT + "\n", shown("--json", "71"));
  }

  @ParameterizedTest
  @CsvSource({"71, status", "'71 --json', status --json"})
  void asksTheConsoleOfAProcessWithoutAManager(String arguments, String command)
      throws IOException {
    startListener(71, "console");

    assertEquals(
        new Outcome.Converse(directory.resolve("yimmo-wsgi-71/console"), Optional.of(command)),
        status(arguments.split(" ")));
  }

  @Test
  void takesThePidFromAFile() throws IOException {
    startManager(71, message(REPORT));
    startManager(72, message("{}"));
    Files.writeString(directory.resolve("pid"), "71\n");

    assertEquals(REPORT + "\n", shown("--pid-file", "pid", "--json"));
  }

  @Test
  void asksWhichOfSeveralIsMeant() throws IOException {
    startManager(1071, message(REPORT));
    startManager(72, message(REPORT));

    var sentence = failure();

    assertTrue(sentence.startsWith("several are running: add one of the pids "), sentence);
    assertTrue(sentence.contains("72, "), sentence);
    assertTrue(sentence.contains("1071"), sentence);
  }

  @Test
  void saysThatThereIsNoSuchManager() throws IOException {
    Files.createDirectory(directory.resolve("yimmo-wsgi-70"));
    Files.createDirectory(directory.resolve("yimmo-wsgi-74"));
    Files.writeString(directory.resolve("yimmo-wsgi-74/control"), "left by a dead one");

    assertTrue(failure("74").startsWith("no yimmo-wsgi of yours has the pid 74, "), failure("74"));
  }

  @Test
  void saysWhenTheManagerBreaksOff() throws IOException {
    startManager(71, "");

    assertTrue(failure("71").contains(" broke off: "), failure("71"));
  }

  @ParameterizedTest
  @CsvSource({
    "x, '\"x\" is no pid: write yimmo-wsgi status [--json] [--pid-file FILE | PID]'",
    "--pid-file, '--pid-file needs a file: write yimmo-wsgi status [--json] [--pid-file FILE | PID]'",
  })
  void saysWhatIsWrongWithTheCall(String argument, String sentence) {
    assertEquals(sentence, assertInstanceOf(Outcome.Refuse.class, status(argument)).sentence());
  }

  @Test
  void saysThatThereIsNoPidInAFile() throws IOException {
    var file = Files.writeString(directory.resolve("pid"), "");

    assertEquals(
        "there is no pid in " + file,
        assertInstanceOf(Outcome.Refuse.class, status("--pid-file", "pid")).sentence());
  }

  @Test
  void leavesAnApplicationOfThatNameAlone() {
    assertEquals("status", Call.with("status:app").settings().text(Setting.MODULE));
  }
}
