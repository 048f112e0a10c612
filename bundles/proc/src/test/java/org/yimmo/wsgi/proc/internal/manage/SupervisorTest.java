package org.yimmo.wsgi.proc.internal.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.proc.internal.control.Connection;
import org.yimmo.wsgi.proc.internal.control.Message;
import org.yimmo.wsgi.proc.internal.manage.Event.Order;

/** The supervisor with small real processes that speak the protocol and say what they are told. */
@Timeout(60)
class SupervisorTest {
  private static final String WORKER =
      """
      import os, socket, struct, sys
      folder, number = os.environ["YIMMO_MANAGER"], os.environ["YIMMO_WORKER"]
      script = sys.argv[1]
      mode = open(os.path.join(script, "mode")).read()
      test = socket.socket(socket.AF_UNIX)
      test.connect(os.path.join(script, "test"))
      def tell(text):
          with open(os.path.join(script, "order"), "a") as order:
              order.write(number + " " + text + "\\n")
          test.sendall((number + " " + text + "\\n").encode())
      tell("started %d" % os.getpid())
      control = socket.socket(socket.AF_UNIX)
      control.connect(os.path.join(folder, "control"))
      def send(text):
          control.sendall(struct.pack(">I", len(text)) + text.encode())
      def receive():
          head = control.recv(4, socket.MSG_WAITALL)
          return control.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL) if head else b""
      send("hello\\nnumber=%s\\npid=%d\\n" % (number, os.getpid()))
      if mode == "broken":
          send("failed\\nstatus=4\\nmessage=no module\\n")
          sys.exit(4)
      if mode == "crash":
          os.abort()
      tell("ready")
      send("ready\\n")
      while True:
          order = receive()
          tell(order.decode().strip() or "end of stream")
          if order != b"reopen\\n":
              break
      """;

  @TempDir Path folder;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> done = new LinkedBlockingQueue<>();
  private final List<Long> processes = new CopyOnWriteArrayList<>();
  private ServerSocketChannel listening;
  private ControlServer control;
  private Supervisor supervisor;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("worker.py"), WORKER);
    mode("good");
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(folder.resolve("test")));
    Thread.ofPlatform().daemon().start(this::listen);
    supervisor =
        new Supervisor(
            new Plan(2, 5_000, 30_000, 30_000, 0, 0, 0, 0, false),
            new WorkerCommand(
                List.of("python3", folder.resolve("worker.py").toString(), folder.toString()),
                folder),
            new Recorded(),
            folder,
            "1.0");
    control = new ControlServer(folder, supervisor);
  }

  @AfterEach
  void stop() throws IOException {
    control.close();
    listening.close();
    // Also those that have not said yet that they were started, and would write to the folder.
    for (var process : ProcessHandle.current().children().toList()) {
      process.destroyForcibly();
      process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
  }

  @Test
  void replacesAWorkerThatWasKilled() throws Exception {
    serve();

    ProcessHandle.of(processes.getFirst()).orElseThrow().destroyForcibly();

    awaitSaid("3 ready");
  }

  @Test
  void startsAgainAfterCrashesAtStart() throws Exception {
    mode("crash");
    supervisor.start();
    awaitSaid("4 started");
    mode("good");

    assertEquals("READY", await(done));
  }

  @Test
  void aReloadReplacesOneAfterAnother() throws Exception {
    serve();

    supervisor.tell(new Event.Signalled(Order.RELOAD));

    var retired = 0;
    while (retired < 2) {
      if (await(said).endsWith("retire")) {
        retired++;
      }
    }
    // Several connections have no order between them, one file has.
    var all = Files.readAllLines(folder.resolve("order"));
    assertTrue(all.indexOf("3 ready") >= 0, all.toString());
    assertTrue(all.indexOf("3 ready") < all.indexOf("1 retire"), all.toString());
    assertTrue(all.indexOf("4 ready") < all.indexOf("2 retire"), all.toString());
    assertEquals("RELOADING", await(done));
    assertEquals("READY", await(done));
  }

  @Test
  void aReloadOfSomethingBrokenChangesNothing() throws Exception {
    serve();
    mode("broken");

    supervisor.tell(new Event.Signalled(Order.RELOAD));

    assertEquals("RELOADING", await(done));
    assertEquals("READY", await(done));
    var status = status();
    assertTrue(status.contains("\"number\":1,"), status);
    assertTrue(status.contains("\"number\":2,"), status);
    assertTrue(status.contains("\"state\":\"serving\""), status);
  }

  @Test
  void aBrokenFirstStartIsSaidOnceAndEndsTheManager() throws Exception {
    mode("broken");

    supervisor.start();

    assertEquals("complain no module", await(done));
    assertEquals("exit 4", await(done));
  }

  @Test
  void termRetiresAllAndThenExits() throws Exception {
    serve();

    supervisor.tell(new Event.Signalled(Order.STOP));

    assertEquals("STOPPING", await(done));
    assertEquals("exit 0", await(done));
    assertEquals(
        List.of("1 retire", "2 retire"),
        List.of(await(said), await(said)).stream().sorted().toList());
  }

  @Test
  void tellsWorkersToReopenTheirLogFiles() throws Exception {
    serve();

    supervisor.tell(new Event.Signalled(Order.REOPEN));

    awaitSaid("1 reopen");
  }

  @Test
  void withoutTheManagerTheStreamEnds() throws Exception {
    serve();

    control.close();

    awaitSaid("1 end of stream");
  }

  @Test
  void strangersAreNotListenedTo() throws Exception {
    serve();

    try (var stranger = Connection.to(folder)) {
      stranger.send(new Message("hello", Map.of("number", "1", "pid", "1")));

      assertTrue(stranger.read().isEmpty());
    }
  }

  @Test
  void aGreetingThatIsHeardAfterItsSenderHasEndedIsNoReasonToWarn() throws Exception {
    serve();
    var dead = processes.getFirst();
    ProcessHandle.of(dead).orElseThrow().destroyForcibly();
    awaitSaid("3 ready");
    var warnings = new CopyOnWriteArrayList<String>();
    var logger = Logger.getLogger(Supervisor.class.getName());
    var handler = new Warnings(warnings);
    logger.addHandler(handler);
    try (var late = Connection.to(folder)) {

      late.send(new Message("hello", Map.of("number", "1", "pid", dead.toString())));

      assertTrue(late.read().isEmpty());
      assertEquals(List.of(), warnings);
      try (var stranger = Connection.to(folder)) {
        stranger.send(new Message("hello", Map.of("number", "1", "pid", "1")));
        assertTrue(stranger.read().isEmpty());
        assertEquals(1, warnings.size());
      }
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static final class Warnings extends Handler {
    private final List<String> warnings;

    Warnings(List<String> warnings) {
      this.warnings = warnings;
    }

    @Override
    public void publish(LogRecord logged) {
      if (logged.getMessage().contains("was not started by")) {
        warnings.add(logged.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private void mode(String mode) throws IOException {
    Files.writeString(folder.resolve("mode"), mode);
  }

  private void serve() throws InterruptedException {
    supervisor.start();
    assertEquals("READY", await(done));
    var ready = 0;
    while (ready < 2) {
      if (await(said).endsWith("ready")) {
        ready++;
      }
    }
  }

  private String status() throws IOException {
    try (var client = Connection.to(folder)) {
      client.send(Message.of("status"));
      return client.read().orElseThrow().text("json").orElseThrow();
    }
  }

  private void awaitSaid(String start) throws InterruptedException {
    while (!await(said).startsWith(start)) {
      // something else that happened meanwhile
    }
  }

  private static String await(BlockingQueue<String> queue) throws InterruptedException {
    var next = queue.poll(30, TimeUnit.SECONDS);
    assertNotNull(next, "nothing happened");
    return next;
  }

  private void listen() {
    try {
      while (true) {
        var worker = listening.accept();
        Thread.ofPlatform().daemon().start(() -> read(worker));
      }
    } catch (IOException _) {
      // the test is over
    }
  }

  private void read(SocketChannel worker) {
    try (var lines = new Scanner(Channels.newInputStream(worker), StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) {
        var line = lines.nextLine();
        if (line.contains(" started ")) {
          processes.add(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)));
        }
        said.add(line);
      }
    }
  }

  private final class Recorded implements Supervisor.Surroundings {
    @Override
    public void complain(String message) {
      done.add("complain " + message);
    }

    @Override
    public void notify(Action.Notice notice) {
      done.add(notice.name());
    }

    @Override
    public OptionalLong aliveMillis() {
      return OptionalLong.empty();
    }

    @Override
    public void alive() {
      throw new AssertionError("nobody asked");
    }

    @Override
    public void exit(int status) {
      done.add("exit " + status);
    }
  }
}
