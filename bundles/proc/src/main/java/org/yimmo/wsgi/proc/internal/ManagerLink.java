package org.yimmo.wsgi.proc.internal;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.yimmo.wsgi.proc.internal.control.Connection;
import org.yimmo.wsgi.proc.internal.control.Failures;
import org.yimmo.wsgi.proc.internal.control.Message;
import org.yimmo.wsgi.proc.internal.control.SocketFolder;

/** A worker's connection to its manager. */
final class ManagerLink implements AutoCloseable {
  /** What the manager asks of a worker. */
  interface Orders {
    /** Finish what is in flight, then end; also when the manager is dead. */
    void retire(String reason);

    /** End at once. */
    void stop();

    /** Open the log files anew. */
    void reopen();

    /** Open the port, having been held. */
    void serve();

    /**
     * Change applications while the process serves (docs/wiring.md).
     *
     * <p><em>Blocks:</em> until it is done.
     *
     * @param verb {@code prepare}, then {@code commit} or {@code abort}
     * @return the failures by application
     */
    Map<String, String> change(String verb, String generation);
  }

  /** The gauge that always changes (docs/wiring.md). */
  private static final String IO = "io";

  private static final System.Logger LOG = System.getLogger(ManagerLink.class.getName());
  private static final int LOOK_SECONDS = 1;

  /** So many looks that find nothing new are followed by a beat all the same. */
  private static final int LOOKS_PER_BEAT = 3;

  private final Path folder;
  private final Connection connection;
  private final Orders orders;
  private final Supplier<Map<String, String>> gauges;
  private final Supplier<Map<String, String>> mounts;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("yimmo-beats").unstarted(task));
  private volatile boolean closed; // written by the closing thread
  private volatile boolean abandoned; // written by the thread of the orders

  // thread of the beats
  private Map<String, String> said = Map.of();
  private int looksSince;

  /**
   * @param gauges what is said of this process with each beat; called on the thread of the beats
   * @param mounts where applications of bundles are mounted, by name; called on any thread
   * @throws IOException the manager is not there
   */
  ManagerLink(
      Path managerFolder,
      int number,
      Orders orders,
      Supplier<Map<String, String>> gauges,
      Supplier<Map<String, String>> mounts)
      throws IOException {
    folder = managerFolder;
    this.orders = orders;
    this.gauges = gauges;
    this.mounts = mounts;
    connection = Connection.to(managerFolder);
    send(
        new Message(
            "hello",
            Map.of(
                "number", Integer.toString(number),
                "pid", Long.toString(ProcessHandle.current().pid()))));
    Thread.ofPlatform().daemon().name("yimmo-orders").start(this::read);
    var _ = beats.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  // --- any thread

  /**
   * @param failures the applications that cannot be loaded, each with its reason
   */
  void ready(Map<String, String> failures) {
    send(withMounts(Failures.message("ready", failures)));
  }

  /**
   * @param failures as of {@link #ready}
   */
  void prepared(Map<String, String> failures) {
    send(Failures.message("prepared", failures));
  }

  void failed(int status, String message) {
    send(new Message("failed", Map.of("status", Integer.toString(status), "message", message)));
  }

  private Message withMounts(Message message) {
    var values = new HashMap<>(message.values());
    mounts.get().forEach((name, place) -> values.put(Message.MOUNT + name, place));
    return new Message(message.word(), values);
  }

  /** A message that does not arrive needs no other answer than the end of the stream has. */
  private void send(Message message) {
    try {
      connection.send(message);
    } catch (IOException e) {
      LOG.log(Level.TRACE, "cannot tell the manager: {0}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    beats.shutdownNow();
    try {
      connection.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot close the connection to the manager", e);
    }
    if (abandoned) {
      SocketFolder.deleteIfAbandoned(folder);
    }
  }

  // --- thread of the orders

  private void read() {
    var reason = "the manager is gone";
    try {
      for (var next = connection.read(); next.isPresent(); next = connection.read()) {
        obey(next.get());
      }
    } catch (IOException e) {
      reason = "the connection to the manager is broken: " + e.getMessage();
    }
    if (!closed) {
      abandoned = true;
      orders.retire(reason);
    }
  }

  private void obey(Message order) {
    switch (order.word()) {
      case "retire" -> orders.retire("the manager retires this worker");
      case "stop" -> orders.stop();
      case "reopen" -> orders.reopen();
      case "serve" -> orders.serve();
      // The manager gives the next one when it has the answer, or wants no other any more.
      case "change" -> Thread.ofPlatform().daemon().name("yimmo-change").start(() -> change(order));
      default -> LOG.log(Level.DEBUG, "unknown order: {0}", order.word());
    }
  }

  // --- thread of a change

  private void change(Message order) {
    Map<String, String> failures;
    try {
      failures =
          orders.change(order.text("verb").orElseThrow(), order.text("generation").orElseThrow());
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.WARNING, "cannot change the applications", e);
      failures = Map.of("", "cannot change the applications: " + e);
    }
    send(withMounts(Failures.message("changed", failures)));
  }

  // --- thread of the beats

  /** Idle workers are left alone, and so is their manager: few beats, and no look at the system. */
  private void look() {
    var now = new HashMap<>(gauges.get());
    var io = now.remove(IO);
    looksSince++;
    if (looksSince >= LOOKS_PER_BEAT || !now.equals(said)) {
      said = Map.copyOf(now);
      looksSince = 0;
      if (io != null) {
        now.put(IO, io);
      }
      beat(now);
    }
  }

  private void beat(Map<String, String> values) {
    residentBytes().ifPresent(bytes -> values.put("rss.bytes", Long.toString(bytes)));
    values.put("cpu.millis", Long.toString(cpuMillis()));
    send(new Message("beat", values));
  }

  static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
  }

  /** {@code VmRSS} of proc(5), where there is such a thing. */
  static Optional<Long> residentBytes() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
