package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A running manager with its workers, and what it says of them; killed when closed. */
public final class Fleet implements AutoCloseable {
  private static final Pattern MANAGER = Pattern.compile("\"manager\":\\{([^}]*)\\}");
  private static final Pattern WORKER = Pattern.compile("\\{(\"number\":[^}]*)\\}");

  private final Server server;
  private final Path runtime;
  private final Path temporary;
  private final Set<ProcessHandle> seen = new LinkedHashSet<>();

  /** One worker process, in the words of {@code yimmo-wsgi status}. */
  public record Member(long number, long pid, String state, long requests) {
    public boolean serving() {
      return state.equals("serving");
    }
  }

  /** What the manager says. */
  public record Status(long processes, long restarts, String state, List<Member> members) {
    public List<Member> serving() {
      return members.stream().filter(Member::serving).toList();
    }

    public List<Long> pids() {
      return members.stream().map(Member::pid).toList();
    }
  }

  private Fleet(Server server, Path runtime, Path temporary) {
    this.server = server;
    this.runtime = runtime;
    this.temporary = temporary;
  }

  /** Starts a manager with two workers and waits until they are ready. */
  public static Fleet serving(String application, String... options) {
    var fleet = starting(application, options);
    try {
      fleet.log().await("all workers are ready");
      return fleet;
    } catch (AssertionError e) {
      fleet.close();
      throw e;
    }
  }

  /** Starts a manager with two workers that serve what is in a folder, and waits likewise. */
  public static Fleet deploying(Path folder, String... options) {
    return serving("--deploy=" + folder, options);
  }

  /** Starts a manager with two workers and waits until it listens. */
  public static Fleet starting(String application, String... options) {
    var arguments = new ArrayList<>(List.of("-p", "2"));
    arguments.addAll(List.of(options));
    var runtime = shortFolder();
    var temporary = Folders.fresh("fleet");
    var server =
        Yimmo.serving(application, arguments.toArray(String[]::new))
            .environment("XDG_RUNTIME_DIR", runtime.toString())
            .environment("TMPDIR", temporary.toString())
            .start();
    return new Fleet(server, runtime, temporary);
  }

  /**
   * The path of a unix socket has a hundred octets or so: the folder of the build may be longer.
   */
  private static Path shortFolder() {
    try {
      return Files.createTempDirectory("fleet");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder", e);
    }
  }

  public Server server() {
    return server;
  }

  public Output log() {
    return server.log();
  }

  public long pid() {
    return server.process().pid();
  }

  /** Where {@code yimmo-wsgi status} looks for managers. */
  public Path runtime() {
    return runtime;
  }

  /** Where crash reports are left. */
  public Path temporary() {
    return temporary;
  }

  /** Sends a signal to the manager by its name, such as {@code HUP}. */
  public void signal(String name) {
    server.process().signal(name);
  }

  /** Begins a load whose answers are those of {@code fleet.py}. */
  public Load load() {
    return new Load(server::connect, "\\w+ \\d+\n");
  }

  // --- what the manager says

  /** Asks over the control socket (docs/wiring.md). */
  public Status status() {
    remember();
    var control = runtime.resolve("yimmo-wsgi-" + pid()).resolve("control");
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
      var question = "status\n".getBytes(StandardCharsets.UTF_8);
      channel.write(
          ByteBuffer.allocate(4 + question.length).putInt(question.length).put(question).flip());
      var in = new DataInputStream(Channels.newInputStream(channel));
      return parse(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask the manager", e);
    }
  }

  private static Status parse(String report) {
    var manager = MANAGER.matcher(report);
    if (!manager.find()) {
      throw new AssertionError("not a report: " + report);
    }
    var members =
        WORKER
            .matcher(report)
            .results()
            .map(match -> match.group(1))
            .map(worker ->
                new Member(
                    number(worker, "number"),
                    number(worker, "pid"),
                    value(worker, "state"),
                    number(worker, "requests")))
            .toList();
    return new Status(
        number(manager.group(1), "processes"),
        number(manager.group(1), "restarts"),
        value(manager.group(1), "state"),
        members);
  }

  private static long number(String object, String key) {
    return Long.parseLong(value(object, key));
  }

  private static String value(String object, String key) {
    var matcher = Pattern.compile("\"" + key + "\":\"?([\\w.-]+)").matcher(object);
    if (!matcher.find()) {
      throw new AssertionError("no " + key + " in " + object);
    }
    return matcher.group(1);
  }

  /** Waits until there are exactly so many workers and all of them serve; their pids. */
  public List<Long> awaitServing(int number) {
    return awaitServing(number, List.of());
  }

  /** Likewise, and none of them is one of {@code gone}. */
  public List<Long> awaitServing(int number, List<Long> gone) {
    var pids =
        Await.value(
            number + " workers serve, other than " + gone,
            () ->
                Optional.of(status())
                    .filter(status -> status.members().size() == number)
                    .filter(status -> status.serving().size() == number)
                    .map(Status::pids)
                    .filter(found -> found.stream().noneMatch(gone::contains)));
    remember();
    return pids;
  }

  private void remember() {
    server.process().children().forEach(seen::add);
  }

  // --- processes

  /** Waits until this process is no more, or waits for nothing but its parent to notice. */
  public static void awaitGone(long pid) {
    Await.until("process " + pid + " is gone", () -> gone(pid));
  }

  private static boolean gone(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z'; // proc(5)
    } catch (IOException _) {
      return true;
    }
  }

  /** Sends SIGTERM, waits for a clean end, and looks whether anything is left. */
  public void stop() {
    try (this) {
      remember();
      server.stop();
      assertNothingIsLeft();
    }
  }

  /** No process, no port, no folder. */
  public void assertNothingIsLeft() {
    assertFalse(server.process().alive());
    assertEquals(
        List.of(), seen.stream().map(ProcessHandle::pid).filter(pid -> !gone(pid)).toList());
    assertThrows(UncheckedIOException.class, () -> Wire.to(server.port()));
    assertEquals(List.of(), list(runtime), "folders of sockets");
  }

  private static List<Path> list(Path folder) {
    try (var files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  @Override
  public void close() {
    remember();
    server.close();
    seen.forEach(ProcessHandle::destroyForcibly);
    delete(runtime);
  }

  private static void delete(Path folder) {
    if (Files.notExists(folder)) {
      return; // closed before
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}
