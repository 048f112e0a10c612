package org.yimmo.wsgi.proc.internal.manage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.yimmo.wsgi.proc.internal.control.Connection;
import org.yimmo.wsgi.proc.internal.control.Failures;
import org.yimmo.wsgi.proc.internal.control.Message;

/**
 * The loop of the manager: takes what happens from one queue, asks {@link Decision} and does what
 * it says. In between it sleeps, until the next deadline if there is one.
 */
final class Supervisor implements ControlServer.Listener {
  private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

  /** Having slept longer than it should have, it was not its workers that were silent. */
  private static final long OVERSLEPT_MILLIS = 1_000;

  private static final long CATCH_UP_MILLIS = 2_000;
  private static final int CANNOT_START = 70;

  /** Of so many ended processes a greeting may still be on its way. */
  private static final int ENDED_KNOWN = 64;

  /** Effects that are not the supervisor's own. */
  interface Surroundings {
    void complain(String message);

    void notify(Action.Notice notice);

    /** How often {@link #alive} is to be called. */
    OptionalLong aliveMillis();

    void alive();

    void exit(int status);
  }

  /** A process, and its connection once it has introduced itself. */
  private static final class Worker {
    private final Process process;
    private Optional<Connection> connection = Optional.empty();

    Worker(Process process) {
      this.process = process;
    }
  }

  private final WorkerCommand command;
  private final Surroundings surroundings;
  private final Path crashReports;
  private final String version;
  private final BlockingQueue<Runnable> inputs = new LinkedBlockingQueue<>();
  private final long clockStart = System.nanoTime();

  // --- supervisor's thread
  private final Map<Integer, Worker> workers = new HashMap<>();
  private final Map<Connection, Integer> numbers = new HashMap<>();
  private final Deque<Long> ended = new ArrayDeque<>(); // pids of the last ones
  private final Deque<CompletableFuture<Map<String, String>>> rollouts = new ArrayDeque<>();
  private volatile State state; // written by the supervisor's thread, read by any
  private volatile Map<String, String> mounts = Map.of(); // likewise
  private boolean over;

  /**
   * @param crashReports the folder in which a crashing JVM leaves its report
   */
  Supervisor(
      Plan plan,
      WorkerCommand command,
      Surroundings surroundings,
      Path crashReports,
      String version) {
    state = State.initial(plan);
    this.command = command;
    this.surroundings = surroundings;
    this.crashReports = crashReports;
    this.version = version;
  }

  void start() {
    tell(new Event.Tick());
    Thread.ofPlatform().name("yimmo-manager").start(this::run);
  }

  // --- any thread

  void tell(Event event) {
    inputs.add(() -> decide(event));
  }

  /** The manager and its workers, as the next thing that the manager does. */
  CompletableFuture<Map<String, Object>> report() {
    var report = new CompletableFuture<Map<String, Object>>();
    inputs.add(() -> report.complete(status()));
    return report;
  }

  /**
   * All or none of the workers change to another generation of applications (docs/wiring.md).
   *
   * @param generation the file
   * @return the failures by application; completed by the manager's thread
   */
  CompletionStage<Map<String, String>> rollOut(String generation) {
    return begin(new Event.Rollout(generation));
  }

  /** Likewise, while they serve: only applications in Java differ. */
  CompletionStage<Map<String, String>> change(String generation) {
    return begin(new Event.Change(generation));
  }

  private CompletionStage<Map<String, String>> begin(Event event) {
    var stage = new CompletableFuture<Map<String, String>>();
    inputs.add(() -> {
      if (rollouts.isEmpty()) {
        rollouts.add(stage);
        decide(event);
      } else {
        stage.complete(Map.of(Decision.OF_NO_APPLICATION, "another rollout is under way"));
      }
    });
    return stage.minimalCompletionStage();
  }

  /**
   * What the workers say of the applications (docs/wiring.md).
   *
   * @return {@code failures}: why some worker could not load it; {@code absent}: no worker serves
   *     it; {@code mounts}: where those of bundles are; each by name of the application
   */
  Map<String, Map<String, String>> applications() {
    return WorkerApplications.of(state, mounts);
  }

  @Override
  public void received(Connection from, Message message) {
    inputs.add(() -> hear(from, message));
  }

  private long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - clockStart);
  }

  // --- supervisor's thread

  private void run() {
    try {
      var aliveAt = surroundings.aliveMillis().isPresent() ? 0 : Long.MAX_VALUE;
      var notBefore = 0L;
      while (!over) {
        if (now() >= aliveAt) {
          surroundings.alive();
          aliveAt = now() + surroundings.aliveMillis().orElseThrow();
        }
        var wakeAt = Math.max(notBefore, state.wakeAt(now()));
        var input = next(Math.min(wakeAt, aliveAt));
        if (input.isPresent()) {
          input.get().run();
        } else if (now() >= wakeAt + OVERSLEPT_MILLIS) {
          notBefore = now() + CATCH_UP_MILLIS;
        } else if (now() >= wakeAt) {
          decide(new Event.Tick());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the manager has failed; its workers end", e);
      surroundings.exit(CANNOT_START);
    }
  }

  private Optional<Runnable> next(long until) throws InterruptedException {
    if (until == Long.MAX_VALUE) {
      return Optional.of(inputs.take());
    }
    return Optional.ofNullable(inputs.poll(Math.max(0, until - now()), TimeUnit.MILLISECONDS));
  }

  private void decide(Event event) {
    var step = Decision.of(state, event, now());
    state = step.state();
    step.actions().forEach(this::act);
  }

  private void act(Action action) {
    switch (action) {
      case Action.Start(var number, var generation, var held) -> start(number, generation, held);
      case Action.Serve(var number) -> order(number, "serve");
      case Action.Change(var number, var verb, var generation) -> change(number, verb, generation);
      case Action.RolledOut(var failures) -> rolledOut(failures);
      case Action.Retire(var number) -> order(number, "retire");
      case Action.Stop(var number) -> order(number, "stop");
      case Action.Kill(var number) -> kill(number);
      case Action.Reopen() -> workers.values().forEach(worker -> send(worker, "reopen"));
      case Action.Notify(var notice) -> surroundings.notify(notice);
      case Action.Log(var level, var text) -> LOG.log(level, text);
      case Action.Complain(var message) -> surroundings.complain(message);
      case Action.Exit(var status) -> {
        over = true;
        surroundings.exit(status);
      }
    }
  }

  private void rolledOut(Map<String, String> failures) {
    Optional.ofNullable(rollouts.poll()).ifPresent(stage -> stage.complete(failures));
  }

  private void start(int number, String generation, boolean held) {
    try {
      var process = command.start(number, generation, held);
      workers.put(number, new Worker(process));
      var _ = process.onExit().thenAccept(ended -> inputs.add(() -> ended(number, ended)));
    } catch (IOException e) {
      tell(new Event.Failed(number, CANNOT_START, e.getMessage()));
      tell(new Event.Exited(number, CANNOT_START, Optional.empty()));
    }
  }

  private void ended(int number, Process process) {
    Optional.ofNullable(workers.remove(number))
        .flatMap(worker -> worker.connection)
        .ifPresent(numbers::remove);
    if (ended.size() == ENDED_KNOWN) {
      ended.remove();
    }
    ended.add(process.pid());
    var report = CrashReport.of(crashReports, process.pid());
    decide(new Event.Exited(number, process.exitValue(), report));
  }

  /** A worker that is not connected yet gets a signal instead. */
  private void order(int number, String word) {
    var worker = workers.get(number);
    if (worker != null && !send(worker, word)) {
      worker.process.destroy();
    }
  }

  private void change(int number, String verb, String generation) {
    var order = new Message("change", Map.of("verb", verb, "generation", generation));
    var worker = workers.get(number);
    if (worker == null || !send(worker, order)) {
      tell(
          new Event.Changed(
              number, Map.of(Decision.OF_NO_APPLICATION, "worker " + number + " does not listen")));
    }
  }

  private static boolean send(Worker worker, String word) {
    return send(worker, Message.of(word));
  }

  private static boolean send(Worker worker, Message message) {
    if (worker.connection.isEmpty()) {
      return false;
    }
    try {
      worker.connection.get().send(message);
      return true;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a worker does not listen", e);
      return false;
    }
  }

  private void kill(int number) {
    Optional.ofNullable(workers.get(number)).ifPresent(worker -> worker.process.destroyForcibly());
  }

  // --- what is said on the control socket

  private void hear(Connection from, Message message) {
    switch (message.word()) {
      case "hello" -> introduced(from, message);
      case "status" -> report(from);
      case "ready" ->
          ofWorker(
              from,
              number -> {
                mounts = Map.copyOf(message.texts(Message.MOUNT));
                decide(new Event.Ready(number, Failures.in(message)));
              });
      case "prepared" ->
          ofWorker(from, number -> decide(new Event.Prepared(number, Failures.in(message))));
      case "changed" ->
          ofWorker(
              from,
              number -> {
                mounts = Map.copyOf(message.texts(Message.MOUNT));
                decide(new Event.Changed(number, Failures.in(message)));
              });
      case "beat" -> ofWorker(from, number -> decide(new Event.Beat(number, Gauges.of(message))));
      case "failed" ->
          ofWorker(
              from,
              number ->
                  decide(
                      new Event.Failed(
                          number,
                          (int) message.number("status").orElse(CANNOT_START),
                          message.text("message").orElse("it does not say why"))));
      default -> LOG.log(Level.DEBUG, "unknown message: {0}", message.word());
    }
  }

  private void introduced(Connection from, Message hello) {
    var number = (int) hello.number("number").orElse(0);
    var pid = hello.number("pid").orElse(0);
    var worker = workers.get(number);
    if (worker == null || worker.connection.isPresent() || pid != worker.process.pid()) {
      if (ended.contains(pid)) {
        LOG.log(Level.DEBUG, "worker {0} ended before it was heard", number);
      } else {
        LOG.log(Level.WARNING, "worker {0} was not started by this manager", number);
      }
      close(from);
      return;
    }
    worker.connection = Optional.of(from);
    numbers.put(from, number);
  }

  private void ofWorker(Connection from, Consumer<Integer> task) {
    Optional.ofNullable(numbers.get(from)).ifPresent(task);
  }

  private Map<String, Object> status() {
    return StatusReport.of(state, this::pid, now(), version);
  }

  private void report(Connection to) {
    var json = StatusReport.json(status());
    try {
      to.send(new Message("status", Map.of("json", json)));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "nobody waits for the status", e);
    }
  }

  private long pid(int number) {
    return Optional.ofNullable(workers.get(number)).map(worker -> worker.process.pid()).orElse(0L);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot close a connection", e);
    }
  }
}
