package org.yimmo.wsgi.proc.internal.manage;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yimmo.wsgi.proc.internal.manage.Action.Notice;
import org.yimmo.wsgi.proc.internal.manage.State.Ending;
import org.yimmo.wsgi.proc.internal.manage.State.Rollout;
import org.yimmo.wsgi.proc.internal.manage.State.Rollout.Stage;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Phase;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Reason;

/**
 * What the manager does about an event: a pure function of what it knows, the event and the time.
 *
 * <p>An event only changes what is known. What is done follows from the difference between what is
 * and what should be, whichever events led there: too few workers, one too many, or one that is to
 * be replaced. A replacement is made by starting one worker more than there should be; when it is
 * ready there is one too many, and the outdated one goes.
 *
 * <p>A rollout of a generation of applications starts as many workers as there should be, held.
 * When all of them are prepared they open their ports and those that served are outdated; when one
 * of them cannot, it is as if none had been started (docs/decisions/0010-rollout.md).
 *
 * <p>A worker that is started later is held, too, where applications are deployed: one that cannot
 * load what others serve takes the place of nobody.
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

  /** Whose failure it is when it is that of no single application. */
  static final String OF_NO_APPLICATION = "";

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
  private String generation;
  private Optional<Rollout> rollout;
  private Map<String, String> refused;

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
    generation = before.generation();
    rollout = before.rollout();
    refused = before.refused();
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
        generation,
        rollout,
        refused,
        workers);
  }

  // --- what the event says

  private void learn(Event event) {
    switch (event) {
      case Event.Ready(var number, var failures) ->
          of(number).ifPresent(worker -> ready(worker, failures));
      case Event.Prepared(var number, var failures) ->
          of(number).ifPresent(worker -> prepared(worker, failures));
      case Event.Rollout(var next) -> rollOut(next);
      case Event.Change(var next) -> change(next);
      case Event.Changed(var number, var failures) -> changed(number, failures);
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

  private void ready(WorkerState worker, Map<String, String> failures) {
    if (!worker.booting()) {
      return;
    }
    put(worker.ready(now, failures));
    log(Level.DEBUG, "worker " + worker.number() + " is ready");
    if (inStage(Stage.FIRST)) {
      rollout = rollout.map(first -> first.with(failures));
    } else if (failures.isEmpty()) {
      refused = Map.of();
    } else {
      log(
          Level.ERROR,
          "worker %d serves without %s; what is mended is loaded by yimmo:reload"
              .formatted(worker.number(), sentence(failures)));
    }
  }

  private void failed(WorkerState worker, int status, String message) {
    switch (worker.phase()) {
      case BOOTING -> {
        put(worker.in(Phase.FAILING, now + QUICK_STOP_MILLIS));
        refused(status, message);
      }
      case PREPARING, PREPARED -> {
        put(worker.in(Phase.FAILING, now + QUICK_STOP_MILLIS));
        rolloutFailed(message);
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
          if (inStage(Stage.SWITCHING)) {
            rolloutFailed(text + " before it was ready");
          }
          died(worker);
        }
      }
      case PREPARING, PREPARED -> rolloutFailed(text + " before it was to serve");
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
      answer(Map.of(OF_NO_APPLICATION, message));
      return;
    }
    if (inStage(Stage.SWITCHING)) {
      rolloutFailed(message);
      return;
    }
    log(Level.ERROR, "a worker cannot start: " + message);
    startedInVain();
  }

  private void startedInVain() {
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

  // --- rollout

  private boolean inStage(Stage stage) {
    return rollout.filter(under -> under.stage() == stage).isPresent();
  }

  /** The first generation comes before the first worker; it serves whatever it is like. */
  private void rollOut(String next) {
    if (ending.isPresent()) {
      actions.add(new Action.RolledOut(Map.of(OF_NO_APPLICATION, "the manager is stopping")));
    } else if (awaitsFirst()) {
      generation = next;
      rollout = Optional.of(Rollout.replacing("", next, Stage.FIRST));
    } else if (!served || rollout.isPresent()) {
      actions.add(
          new Action.RolledOut(
              Map.of(OF_NO_APPLICATION, "the workers of another rollout are being started")));
    } else {
      log(Level.INFO, "rolling out " + next);
      rollout = Optional.of(Rollout.replacing(generation, next, Stage.PREPARING));
    }
  }

  /** Where workers come and go, the new ones can just as well serve what is new. */
  private void change(String next) {
    if (ending.isPresent() || !canChange()) {
      rollOut(next);
      return;
    }
    log(Level.INFO, "changing to " + next);
    var all = serving(workers.keySet());
    rollout = Optional.of(Rollout.changing(generation, next, all, now + plan.bootMillis()));
    order("prepare", all);
  }

  /** Those that are ending, as after a rollout that failed, have no part in it. */
  private boolean canChange() {
    return served
        && !reloading
        && rollout.isEmpty()
        && count(WorkerState::serving) == desired
        && count(worker -> worker.serving() && worker.outdated().isPresent()) == 0
        && count(worker -> worker.booting() || worker.held()) == 0;
  }

  private void order(String verb, Set<Integer> numbers) {
    var next = rollout.orElseThrow().generation();
    for (var number : new TreeSet<>(numbers)) {
      actions.add(new Action.Change(number, verb, next));
    }
  }

  private void changed(int number, Map<String, String> failures) {
    if (!inStage(Stage.CHANGING) && !inStage(Stage.COMMITTING)) {
      return;
    }
    if (inStage(Stage.CHANGING) && !failures.isEmpty()) {
      changeFailed(failures);
      return;
    }
    var under = rollout.orElseThrow();
    var left = new TreeSet<>(under.awaited());
    left.remove(number);
    rollout = Optional.of(under.awaiting(left, under.deadline()));
  }

  private void changeFailed(Map<String, String> failures) {
    order("abort", serving(rollout.orElseThrow().changing()));
    log(Level.ERROR, "the change has failed; what was serving goes on serving");
    answer(failures);
  }

  private Set<Integer> serving(Set<Integer> numbers) {
    return numbers.stream()
        .filter(number -> of(number).filter(WorkerState::serving).isPresent())
        .collect(Collectors.toSet());
  }

  private boolean awaitsFirst() {
    return plan.deploying() && generation.isEmpty();
  }

  private void prepared(WorkerState worker, Map<String, String> failures) {
    if (worker.phase() == Phase.PREPARING && failures.isEmpty()) {
      put(worker.prepared(now));
    } else if (worker.phase() == Phase.PREPARING) {
      rolloutFailed(failures);
    } else if (worker.booting()) {
      preparedAlone(worker, failures);
    }
  }

  /** Of a worker that belongs to no rollout. */
  private void preparedAlone(WorkerState worker, Map<String, String> failures) {
    if (!failures.isEmpty() && inStage(Stage.SWITCHING)) {
      rolloutFailed(failures);
    } else if (failures.keySet().stream().noneMatch(this::isServed)) {
      actions.add(new Action.Serve(worker.number()));
    } else {
      refuse(worker, failures);
    }
  }

  private boolean isServed(String application) {
    return count(worker -> worker.serving() && !worker.lacking().containsKey(application)) > 0;
  }

  private void refuse(WorkerState worker, Map<String, String> failures) {
    stop(worker);
    refused = Map.copyOf(failures);
    log(
        Level.ERROR,
        "worker %d takes the place of no other, as it cannot load %s"
            .formatted(worker.number(), sentence(failures)));
    startedInVain();
  }

  /** By application the last line of its message, which says what is the matter. */
  private static String sentence(Map<String, String> failures) {
    return new TreeMap<>(failures)
        .entrySet().stream()
            .map(failure ->
                failure.getKey()
                    + " ("
                    + failure.getValue().lines().reduce("", (_, last) -> last)
                    + ")")
            .collect(Collectors.joining(", "));
  }

  private void rolloutFailed(String message) {
    rolloutFailed(Map.of(OF_NO_APPLICATION, message));
  }

  /** The new workers go, those that serve already when others have taken their place. */
  private void rolloutFailed(Map<String, String> failures) {
    if (rollout.isEmpty()) {
      return;
    }
    var back = inStage(Stage.SWITCHING);
    for (var worker : List.copyOf(workers.values())) {
      if (worker.held() || (back && worker.booting())) {
        stop(worker);
      } else if (back && worker.serving()) {
        put(worker.outdatedBy(isFormer(worker) ? Optional.empty() : Optional.of(Reason.ROLLOUT)));
      }
    }
    if (back) {
      generation = rollout.orElseThrow().former();
    }
    log(Level.ERROR, "the rollout has failed; the workers that were serving go on serving");
    answer(failures);
  }

  private void answer(Map<String, String> failures) {
    if (rollout.isPresent()) {
      rollout = Optional.empty();
      actions.add(new Action.RolledOut(failures));
    }
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
    if (!refused.isEmpty() && count(WorkerState::serving) == 0) {
      // Nobody is left who serves what they lack: they are needed as they are.
      refused = Map.of();
      startAfter = now;
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
    answer(Map.of(OF_NO_APPLICATION, "the manager is stopping"));
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
    if (rollout.isPresent()) {
      log(Level.WARNING, "SIGHUP is refused: a rollout replaces the workers");
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
        case PREPARING -> {
          if (now >= worker.startedAt() + plan.bootMillis()) {
            kill(worker);
            rolloutFailed(
                "worker %d was not prepared within %s s; give it longer with --boot-timeout"
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
        case PREPARED, KILLED -> {}
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
    settleRollout();
    settleChange();
    retireSurplus();
    stopSurplusStarts();
    startMissing();
    settleStart();
    settleReload();
    settleSwitch();
  }

  /** As nearly always: then a beat costs next to nothing. */
  private boolean isAsItShouldBe() {
    if (ending.isPresent()
        || reloading
        || rollout.isPresent()
        || !served
        || workers.size() != desired) {
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
        case PREPARING, PREPARED -> stop(worker);
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

  /** A reload comes to its end first. */
  private void settleRollout() {
    if (reloading || !inStage(Stage.PREPARING)) {
      return;
    }
    var held = matching(WorkerState::held).toList();
    held.stream().skip(desired).forEach(this::stop);
    for (var missing = desired - held.size(); missing > 0; missing--) {
      start(rollout.orElseThrow().generation(), true);
    }
    if (count(worker -> worker.phase() == Phase.PREPARED) >= desired) {
      switchOver();
    }
  }

  /** Those that are gone are not waited for: who takes their place starts with what is new. */
  private void settleChange() {
    if (inStage(Stage.CHANGING)) {
      var under = rollout.orElseThrow();
      var left = serving(under.awaited());
      if (left.isEmpty()) {
        commit(under);
      } else if (now >= under.deadline()) {
        changeFailed(
            Map.of(
                OF_NO_APPLICATION,
                "the workers %s did not change within %s s"
                    .formatted(left, plan.bootMillis() / 1000.0)));
      }
    }
    if (inStage(Stage.COMMITTING)) {
      var under = rollout.orElseThrow();
      var left = serving(under.awaited());
      if (left.isEmpty() || now >= under.deadline()) {
        left.forEach(number -> outdate(workers.get(number), Reason.ROLLOUT));
        log(Level.INFO, "changed");
        answer(Map.of());
      }
    }
  }

  private void commit(Rollout under) {
    var ready = serving(under.changing());
    generation = under.generation();
    refused = Map.of();
    rollout =
        Optional.of(
            under
                .in(Stage.COMMITTING)
                .awaiting(ready, now + plan.graceMillis() + plan.bootMillis()));
    order("commit", ready);
    for (var worker : List.copyOf(workers.values())) {
      if (worker.booting()) {
        stop(worker);
      } else if (worker.serving() && !ready.contains(worker.number())) {
        outdate(worker, Reason.ROLLOUT);
      }
    }
  }

  private void switchOver() {
    var next = rollout.orElseThrow().in(Stage.SWITCHING);
    rollout = Optional.of(next);
    generation = next.generation();
    failures = 0;
    startAfter = now;
    log(Level.INFO, "all workers of the rollout are prepared: " + desired);
    for (var worker : List.copyOf(workers.values())) {
      switch (worker.phase()) {
        case PREPARED -> {
          put(worker.opening(now));
          actions.add(new Action.Serve(worker.number()));
        }
        case SERVING -> put(worker.outdatedBy(Optional.of(Reason.ROLLOUT)));
        case BOOTING -> stop(worker);
        case PREPARING, RETIRING, STOPPING, FAILING, KILLED -> {}
      }
    }
  }

  /** Of those that count when it is asked whether there are enough. */
  private boolean stays(WorkerState worker) {
    return worker.serving() && !(inStage(Stage.SWITCHING) && isFormer(worker));
  }

  /** While it is switched over: one of those that served before. */
  private static boolean isFormer(WorkerState worker) {
    return worker.outdated().equals(Optional.of(Reason.ROLLOUT));
  }

  private void settleSwitch() {
    if (inStage(Stage.SWITCHING)
        && count(this::stays) >= desired
        && count(WorkerState::booting) == 0) {
      log(Level.INFO, "rolled out");
      answer(Map.of());
    }
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
    var needed = desired - count(this::stays) + (replacing() ? 1 : 0);
    matching(WorkerState::booting)
        .sorted(Comparator.comparingInt(WorkerState::number))
        .skip(Math.max(0, needed))
        .toList()
        .forEach(this::stop);
  }

  private void startMissing() {
    if (now < startAfter || awaitsFirst()) {
      return;
    }
    var booting = count(WorkerState::booting);
    var missing = desired - count(this::stays) - booting;
    for (var i = 0; i < missing; i++) {
      start(generation, false);
    }
    var othersGone = reloading || count(Decision::retiring) == 0;
    if (missing == 0 && booting == 0 && replacing() && othersGone) {
      start(generation, false);
    }
  }

  private static boolean retiring(WorkerState worker) {
    return worker.phase() == Phase.RETIRING;
  }

  private boolean replacing() {
    return count(worker -> stays(worker) && worker.outdated().isPresent()) > 0;
  }

  private void start(String applications, boolean ofRollout) {
    lastNumber++;
    put(WorkerState.started(lastNumber, applications, ofRollout, now, requestLimit(lastNumber)));
    var held = ofRollout || (plan.deploying() && served);
    actions.add(new Action.Start(lastNumber, applications, held));
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
      answer(rollout.map(Rollout::failures).orElse(Map.of()));
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
