package org.yimmo.wsgi.proc.internal.manage;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.yimmo.wsgi.proc.internal.manage.Action.Notice;
import org.yimmo.wsgi.proc.internal.manage.State.Ending;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Phase;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Reason;

/**
 * What the manager does about an event: a pure function of what it knows, the event and the time.
 *
 * <p>An event only changes what is known. What is done follows from the difference between what is
 * and what should be, whichever events led there: too few workers, one too many, or one that is to
 * be replaced. A replacement is made by starting one worker more than there should be; when it is
 * ready there is one too many, and the outdated one goes.
 */
final class Decision {
  /** What is known afterwards, and what is to be done, in this order. */
  record Step(State state, List<Action> actions) {}

  static final int CANNOT_LOAD = 4;

  /** Exit statuses that say: another try would end the same way (README.md). */
  private static final Set<Integer> REFUSALS = Set.of(2, 3, 4, 5);

  private static final long FIRST_BACK_OFF_MILLIS = 100;
  private static final long LAST_BACK_OFF_MILLIS = 10_000;

  /** A worker that served for so long did not fail because of its start. */
  private static final long STABLE_MILLIS = 10_000;

  /** What a quick stop leaves to exchanges in flight, the worker's own clean-up included. */
  private static final long QUICK_STOP_MILLIS = 6_000;

  /** A worker ends itself by force five seconds after the grace period; this is longer. */
  private static final long BEYOND_GRACE_MILLIS = 7_000;

  private final State before;
  private final Plan plan;
  private final long now;
  private final TreeMap<Integer, WorkerState> workers;
  private final List<Action> actions = new ArrayList<>();
  private int desired;
  private boolean served;
  private Optional<Ending> ending;
  private boolean reloading;
  private int failures;
  private long startAfter;
  private int lastNumber;
  private int restarts;

  private Decision(State before, long now) {
    this.before = before;
    this.now = now;
    plan = before.plan();
    workers = new TreeMap<>(before.workers());
    desired = before.desired();
    served = before.served();
    ending = before.ending();
    reloading = before.reloading();
    failures = before.failures();
    startAfter = before.startAfter();
    lastNumber = before.lastNumber();
    restarts = before.restarts();
  }

  static Step of(State state, Event event, long now) {
    var decision = new Decision(state, now);
    decision.learn(event);
    if (event instanceof Event.Tick) {
      decision.expire();
    }
    decision.settle();
    return new Step(decision.state(), List.copyOf(decision.actions));
  }

  private State state() {
    return new State(
        before.plan(),
        desired,
        served,
        ending,
        reloading,
        failures,
        startAfter,
        lastNumber,
        restarts,
        workers);
  }

  // --- what the event says

  private void learn(Event event) {
    switch (event) {
      case Event.Ready(var number) -> of(number).ifPresent(this::ready);
      case Event.Failed(var number, var status, var message) ->
          of(number).ifPresent(worker -> failed(worker, status, message));
      case Event.Exited exited -> of(exited.worker()).ifPresent(worker -> exited(worker, exited));
      case Event.Beat(var number, var gauges) ->
          of(number).ifPresent(worker -> beat(worker.beat(gauges, now)));
      case Event.Signalled(var order) -> ordered(order);
      case Event.Scaled(var number) -> resize(number);
      case Event.Tick() -> {}
    }
  }

  private Optional<WorkerState> of(int number) {
    return Optional.ofNullable(workers.get(number));
  }

  private void put(WorkerState worker) {
    workers.put(worker.number(), worker);
  }

  private void ready(WorkerState worker) {
    if (worker.booting()) {
      put(worker.ready(now));
      log(Level.DEBUG, "worker " + worker.number() + " is ready");
    }
  }

  private void failed(WorkerState worker, int status, String message) {
    switch (worker.phase()) {
      case BOOTING -> {
        put(worker.in(Phase.FAILING, now + QUICK_STOP_MILLIS));
        refused(status, message);
      }
      case SERVING -> {
        put(worker.in(Phase.FAILING, now + plan.graceMillis() + BEYOND_GRACE_MILLIS));
        log(Level.ERROR, "worker " + worker.number() + " cannot go on: " + message);
        died(worker);
      }
      case RETIRING, STOPPING, FAILING, KILLED -> {}
    }
  }

  private void exited(WorkerState worker, Event.Exited exited) {
    workers.remove(worker.number());
    var text =
        "worker " + worker.number() + " " + ExitReason.text(exited.status(), exited.report());
    switch (worker.phase()) {
      case BOOTING -> {
        if (ending.isEmpty() && (exited.status() == 0 || REFUSALS.contains(exited.status()))) {
          refused(
              exited.status() == 0 ? CANNOT_LOAD : exited.status(), text + " before it was ready");
        } else {
          log(Level.ERROR, text + " before it was ready");
          died(worker);
        }
      }
      case SERVING -> {
        log(Level.ERROR, text);
        died(worker);
      }
      case RETIRING, STOPPING, FAILING, KILLED -> log(Level.DEBUG, text);
    }
  }

  /** A worker that would not start the next time either. */
  private void refused(int status, String message) {
    if (ending.isPresent()) {
      return;
    }
    if (!served) {
      actions.add(new Action.Complain(message));
      ending = Optional.of(new Ending(status, true));
      return;
    }
    log(Level.ERROR, "a worker cannot start: " + message);
    if (reloading) {
      reloadFailed();
    } else {
      startAfter = now + LAST_BACK_OFF_MILLIS;
      log(Level.ERROR, "the next try is made in " + LAST_BACK_OFF_MILLIS / 1000 + " s");
    }
  }

  private void reloadFailed() {
    reloading = false;
    workers.replaceAll((_, worker) ->
        worker.outdated().equals(Optional.of(Reason.RELOAD))
            ? worker.outdatedBy(Optional.empty())
            : worker);
    log(Level.ERROR, "the reload has failed; the workers that were serving go on serving");
    actions.add(new Action.Notify(Notice.READY));
  }

  /** A worker that is gone without having been asked to. */
  private void died(WorkerState worker) {
    restarts++;
    if (worker.booting() && reloading && ending.isEmpty()) {
      reloadFailed();
    }
    if (!worker.booting() && now - worker.readyAt() >= STABLE_MILLIS) {
      failures = 0;
    } else if (now >= startAfter) { // those that die together count as one
      backOff();
    }
  }

  private void backOff() {
    var delay =
        failures == 0
            ? 0
            : Math.min(LAST_BACK_OFF_MILLIS, FIRST_BACK_OFF_MILLIS << Math.min(failures - 1, 10));
    startAfter = now + delay;
    failures++;
    if (delay > 0 && ending.isEmpty()) {
      log(
          Level.WARNING,
          failures
              + " workers in a row ended soon after their start; the next one is started in "
              + delay
              + " ms");
    }
  }

  private void beat(WorkerState worker) {
    put(worker);
    if (!worker.serving() || worker.outdated().isPresent()) {
      return;
    }
    var gauges = worker.gauges();
    if (gauges.stuck() > 0) {
      outdate(worker, Reason.STUCK);
    } else if (worker.requestLimit() > 0 && gauges.requests() >= worker.requestLimit()) {
      outdate(worker, Reason.REQUESTS);
    } else if (plan.maxMemoryBytes() > 0 && gauges.rssBytes() > plan.maxMemoryBytes()) {
      outdate(worker, Reason.MEMORY);
    }
  }

  private void outdate(WorkerState worker, Reason reason) {
    put(worker.outdatedBy(Optional.of(reason)));
    log(Level.INFO, "worker " + worker.number() + " is replaced because of " + reason.text());
  }

  private void ordered(Event.Order order) {
    switch (order) {
      case STOP -> {
        if (ending.isEmpty()) {
          end(false);
        }
      }
      case QUICK_STOP -> {
        if (ending.filter(Ending::quick).isPresent()) {
          workers.values().stream()
              .filter(worker -> worker.phase() != Phase.KILLED)
              .toList()
              .forEach(this::kill);
        } else {
          end(true);
        }
      }
      case RELOAD -> reload();
      case ONE_MORE -> resize(desired + 1);
      case ONE_LESS -> resize(Math.max(1, desired - 1));
      case REOPEN -> actions.add(new Action.Reopen());
      case UPGRADE ->
          log(
              Level.WARNING,
              "SIGUSR2 is refused: the manager cannot replace its own program; SIGHUP replaces the"
                  + " workers without losing a request");
    }
  }

  private void end(boolean quick) {
    if (ending.isEmpty()) {
      actions.add(new Action.Notify(Notice.STOPPING));
    }
    ending = Optional.of(new Ending(ending.map(Ending::status).orElse(0), quick));
    log(Level.INFO, quick ? "stopping at once" : "stopping");
  }

  private void reload() {
    if (ending.isPresent()) {
      return;
    }
    if (!served) {
      log(Level.WARNING, "SIGHUP is refused: the workers are being started");
      return;
    }
    log(Level.INFO, "reloading");
    reloading = true;
    failures = 0;
    startAfter = now;
    workers.replaceAll((_, worker) ->
        worker.serving() || worker.booting()
            ? worker.outdatedBy(Optional.of(Reason.RELOAD))
            : worker);
    actions.add(new Action.Notify(Notice.RELOADING));
  }

  private void resize(int number) {
    if (ending.isEmpty() && number != desired) {
      desired = number;
      log(Level.INFO, "workers: " + desired);
    }
  }

  // --- what the time says

  private void expire() {
    for (var worker : List.copyOf(workers.values())) {
      switch (worker.phase()) {
        case BOOTING -> {
          if (now >= worker.startedAt() + plan.bootMillis()) {
            kill(worker);
            refused(
                CANNOT_LOAD,
                "worker %d was not ready within %s s; give it longer with --boot-timeout"
                    .formatted(worker.number(), plan.bootMillis() / 1000.0));
          }
        }
        case SERVING -> {
          if (now >= worker.heardAt() + plan.silenceMillis()) {
            log(
                Level.ERROR,
                "worker %d gives no sign of life since %s s: it is killed and replaced"
                    .formatted(worker.number(), (now - worker.heardAt()) / 1000.0));
            kill(worker);
            died(worker);
          } else if (plan.maxAgeMillis() > 0
              && worker.outdated().isEmpty()
              && now >= worker.readyAt() + plan.maxAgeMillis()) {
            outdate(worker, Reason.AGE);
          }
        }
        case RETIRING, STOPPING, FAILING -> {
          if (now >= worker.deadline()) {
            log(
                Level.WARNING,
                "worker " + worker.number() + " has not ended in time: it is killed");
            kill(worker);
          }
        }
        case KILLED -> {}
      }
    }
  }

  private void kill(WorkerState worker) {
    put(worker.in(Phase.KILLED, 0));
    actions.add(new Action.Kill(worker.number()));
  }

  // --- what is to be done

  private void settle() {
    if (isAsItShouldBe()) {
      return;
    }
    if (ending.isPresent()) {
      settleEnd(ending.get());
      return;
    }
    retireSurplus();
    stopSurplusStarts();
    startMissing();
    settleStart();
    settleReload();
  }

  /** As nearly always: then a beat costs next to nothing. */
  private boolean isAsItShouldBe() {
    if (ending.isPresent() || reloading || !served || workers.size() != desired) {
      return false;
    }
    for (var worker : workers.values()) {
      if (!worker.serving() || worker.outdated().isPresent()) {
        return false;
      }
    }
    return true;
  }

  private void settleEnd(Ending how) {
    for (var worker : List.copyOf(workers.values())) {
      switch (worker.phase()) {
        case BOOTING, SERVING -> {
          if (how.quick()) {
            stop(worker);
          } else {
            retire(worker);
          }
        }
        case RETIRING -> {
          if (how.quick()) {
            stop(worker);
          }
        }
        case STOPPING, FAILING, KILLED -> {}
      }
    }
    if (workers.isEmpty()) {
      actions.add(new Action.Exit(how.status()));
    }
  }

  private void retire(WorkerState worker) {
    put(worker.in(Phase.RETIRING, now + plan.graceMillis() + BEYOND_GRACE_MILLIS));
    actions.add(new Action.Retire(worker.number()));
  }

  private void stop(WorkerState worker) {
    put(worker.in(Phase.STOPPING, now + QUICK_STOP_MILLIS));
    actions.add(new Action.Stop(worker.number()));
  }

  private void retireSurplus() {
    for (var surplus = count(WorkerState::serving) - desired; surplus > 0; surplus--) {
      var outdatedFirst =
          Comparator.<WorkerState>comparingInt(worker -> worker.outdated().isPresent() ? 0 : 1)
              .thenComparingInt(
                  worker -> worker.outdated().isPresent() ? worker.number() : -worker.number());
      retire(matching(WorkerState::serving).min(outdatedFirst).orElseThrow());
    }
  }

  private void stopSurplusStarts() {
    var needed = desired - count(WorkerState::serving) + (replacing() ? 1 : 0);
    matching(WorkerState::booting)
        .sorted(Comparator.comparingInt(WorkerState::number))
        .skip(Math.max(0, needed))
        .toList()
        .forEach(this::stop);
  }

  private void startMissing() {
    if (now < startAfter) {
      return;
    }
    var booting = count(WorkerState::booting);
    var missing = desired - count(WorkerState::serving) - booting;
    for (var i = 0; i < missing; i++) {
      start();
    }
    var othersGone = reloading || count(Decision::retiring) == 0;
    if (missing == 0 && booting == 0 && replacing() && othersGone) {
      start();
    }
  }

  private static boolean retiring(WorkerState worker) {
    return worker.phase() == Phase.RETIRING;
  }

  private boolean replacing() {
    return count(worker -> worker.serving() && worker.outdated().isPresent()) > 0;
  }

  private void start() {
    lastNumber++;
    put(WorkerState.started(lastNumber, now, requestLimit(lastNumber)));
    actions.add(new Action.Start(lastNumber));
  }

  /** Different for each worker, and always the same for the same one. */
  private long requestLimit(int number) {
    if (plan.maxRequests() == 0) {
      return 0;
    }
    var jitter = new SplittableRandom(number).nextLong(plan.maxRequestsJitter() + 1);
    return jitter > Long.MAX_VALUE - plan.maxRequests()
        ? Long.MAX_VALUE
        : plan.maxRequests() + jitter;
  }

  private void settleStart() {
    if (!served && count(WorkerState::serving) >= desired) {
      served = true;
      log(Level.INFO, "all workers are ready: " + desired);
      actions.add(new Action.Notify(Notice.READY));
    }
  }

  private void settleReload() {
    var left =
        count(WorkerState::booting)
            + count(
                worker -> worker.serving() && worker.outdated().equals(Optional.of(Reason.RELOAD)));
    if (reloading && left == 0) {
      reloading = false;
      log(Level.INFO, "reloaded");
      actions.add(new Action.Notify(Notice.READY));
    }
  }

  private int count(Predicate<WorkerState> condition) {
    return (int) matching(condition).count();
  }

  private Stream<WorkerState> matching(Predicate<WorkerState> condition) {
    return workers.values().stream().filter(condition);
  }

  private void log(Level level, String text) {
    actions.add(new Action.Log(level, text));
  }
}
