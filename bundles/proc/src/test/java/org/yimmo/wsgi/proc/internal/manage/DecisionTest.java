package org.yimmo.wsgi.proc.internal.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.proc.internal.manage.Event.Order;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Phase;

/**
 * What the manager does about each event in each state. Actions are written as words: {@code start
 * 3}, {@code retire 1}, {@code notify READY}; lines of the log are left out.
 */
class DecisionTest {
  private static final Plan PLAN = new Plan(2, 30_000, 60_000, 10_000, 0, 0, 0, 0, false);
  private static final long LATER = 100_000;

  private State state = State.initial(PLAN);
  private long now;

  // --- start

  @Test
  void startsAsManyWorkersAsAreDesired() {
    assertEquals("start 1, start 2", tick());
  }

  @Test
  void isReadyWhenAllAre() {
    tick();

    assertEquals("", on(new Event.Ready(1, Map.of())));
    assertEquals("notify READY", on(new Event.Ready(2, Map.of())));
  }

  @Test
  void aWorkerThatFailsAtFirstStartEndsAll() {
    tick();
    on(new Event.Ready(1, Map.of()));

    assertEquals("complain no module, stop 1", on(new Event.Failed(2, 4, "no module")));
    assertEquals("", on(exited(2, 4)));
    assertEquals("exit 4", on(exited(1, 0)));
  }

  @Test
  void theMessageIsSaidOnce() {
    tick();

    assertEquals("complain no module, stop 2", on(new Event.Failed(1, 4, "no module")));
    assertEquals("", on(new Event.Failed(2, 4, "no module")));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void aRefusalAtFirstStartIsTheManagersStatus(int status) {
    tick();

    assertEquals(
        "complain worker 1 ended with status " + status + " before it was ready, stop 2",
        on(exited(1, status)));
    assertEquals("exit " + status, on(exited(2, 0)));
  }

  @Test
  void theBootDeadlineEndsTheFirstStart() {
    tick();
    on(new Event.Ready(1, Map.of()));
    now = 60_000;
    on(beat(1, 1, Gauges.NONE));

    assertEquals(
        "kill 2, complain worker 2 was not ready within 60.0 s; give it longer with"
            + " --boot-timeout, stop 1",
        tick());
    on(exited(2, 137));
    assertEquals("exit 4", on(exited(1, 0)));
  }

  // --- rollout

  @Test
  void workersWaitForTheFirstGeneration() {
    state = State.initial(new Plan(2, 30_000, 60_000, 10_000, 0, 0, 0, 0, true));

    assertEquals("", tick());
    assertEquals("start 1 g1, start 2 g1", on(new Event.Rollout("g1")));
  }

  @Test
  void theFirstGenerationServesWithApplicationsThatFailed() {
    state = State.initial(new Plan(1, 30_000, 60_000, 10_000, 0, 0, 0, 0, true));
    on(new Event.Rollout("g1"));

    assertEquals(
        "notify READY, rolled out {a=no module}", on(new Event.Ready(1, Map.of("a", "no module"))));
  }

  @Test
  void allSwitchWhenAllArePrepared() {
    serving();

    assertEquals("start 3 g2 held, start 4 g2 held", on(new Event.Rollout("g2")));
    assertEquals("", on(new Event.Prepared(3, Map.of())));
    assertEquals("serve 3, serve 4", on(new Event.Prepared(4, Map.of())));
    assertEquals("retire 1", on(new Event.Ready(3, Map.of())));
    assertEquals("retire 2, rolled out {}", on(new Event.Ready(4, Map.of())));
    on(exited(1, 0));
    on(exited(2, 0));
    assertEquals("start 5 g2", on(exited(3, 137)));
  }

  @Test
  void noneSwitchesWhenAnApplicationFails() {
    serving();
    on(new Event.Rollout("g2"));
    on(new Event.Prepared(3, Map.of()));

    assertEquals(
        "stop 3, stop 4, rolled out {a=no module}",
        on(new Event.Prepared(4, Map.of("a", "no module"))));
    on(exited(3, 0));
    on(exited(4, 0));
    assertEquals("start 5", on(exited(1, 137)));
  }

  @Test
  void noneSwitchesWhenAHeldWorkerDies() {
    serving();
    on(new Event.Rollout("g2"));
    on(new Event.Prepared(3, Map.of()));

    assertEquals(
        "stop 3, rolled out {=worker 4 ended with status 1 before it was to serve}",
        on(exited(4, 1)));
  }

  @Test
  void noneSwitchesWhenAHeldWorkerSaysThatItFails() {
    serving();
    on(new Event.Rollout("g2"));

    assertEquals(
        "stop 3, rolled out {=the warm-up failed}",
        on(new Event.Failed(4, 4, "the warm-up failed")));
  }

  @Test
  void noneSwitchesWhenAHeldWorkerTakesTooLong() {
    serving();
    on(new Event.Rollout("g2"));
    on(new Event.Prepared(3, Map.of()));
    now += 60_000;
    on(beat(1, 1, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));

    assertEquals(
        "kill 4, stop 3, rolled out {=worker 4 was not prepared within 60.0 s; give it longer with"
            + " --boot-timeout}",
        tick());
  }

  @Test
  void allGoBackWhenOneCannotOpen() {
    serving();
    on(new Event.Rollout("g2"));
    on(new Event.Prepared(3, Map.of()));
    on(new Event.Prepared(4, Map.of()));
    on(new Event.Ready(3, Map.of()));

    assertEquals("rolled out {=cannot bind}", on(new Event.Failed(4, 3, "cannot bind")));
    assertEquals("start 5", on(exited(1, 0)));
    assertEquals("retire 3", on(new Event.Ready(5, Map.of())));
  }

  @Test
  void aStopEndsHeldWorkersToo() {
    serving();
    on(new Event.Rollout("g2"));

    assertEquals(
        "notify STOPPING, rolled out {=the manager is stopping}, retire 1, retire 2, stop 3, stop 4",
        on(new Event.Signalled(Order.STOP)));
  }

  @Test
  void allChangeWhileTheyServeWhenAllCan() {
    serving();

    assertEquals("prepare 1 g2, prepare 2 g2", on(new Event.Change("g2")));
    assertEquals("", on(changed(1)));
    assertEquals("commit 1 g2, commit 2 g2", on(changed(2)));
    assertEquals("", on(changed(2)));
    assertEquals("rolled out {}", on(changed(1)));
    assertEquals("g2", state.generation());
    assertEquals("start 3 g2", on(exited(1, 137)), "who comes later serves it, too");
  }

  @Test
  void noneChangesWhenOneCannot() {
    serving();
    on(new Event.Change("g2"));
    on(changed(1));

    assertEquals(
        "abort 1 g2, abort 2 g2, rolled out {a=no service}",
        on(new Event.Changed(2, Map.of("a", "no service"))));
    assertEquals("", state.generation());
    assertEquals("prepare 1 g3, prepare 2 g3", on(new Event.Change("g3")));
  }

  @Test
  void aWorkerThatDiesDuringAChangeIsNotWaitedFor() {
    serving();
    on(new Event.Change("g2"));
    on(changed(1));

    assertEquals("commit 1 g2, start 3 g2", on(exited(2, 137)));
    assertEquals("rolled out {}", on(changed(1)));
  }

  @Test
  void aChangeHasADeadline() {
    serving();
    on(new Event.Change("g2"));
    on(changed(1));
    now = 59_000;
    on(beat(1, 1, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));
    now = state.wakeAt(now);

    assertEquals(
        "abort 1 g2, abort 2 g2, rolled out {=the workers [2] did not change within 60.0 s}",
        tick());
  }

  @Test
  void aWorkerThatDoesNotCommitIsReplaced() {
    serving();
    on(new Event.Change("g2"));
    on(changed(1));
    on(changed(2));
    on(changed(1));
    now = 89_000;
    on(beat(1, 1, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));
    now = state.wakeAt(now);

    assertEquals("rolled out {}, start 3 g2", tick());
    assertEquals("retire 2", on(new Event.Ready(3, Map.of())));
  }

  @Test
  void aChangeWhileWorkersComeAndGoIsARollout() {
    serving();
    on(exited(1, 137));

    assertEquals("start 4 g2 held, start 5 g2 held", on(new Event.Change("g2")));
  }

  @Test
  void aChangeDoesNotWaitForThoseThatEndAfterARolloutThatFailed() {
    serving();
    on(new Event.Rollout("g2"));
    on(new Event.Prepared(3, Map.of("a", "no module")));

    assertEquals("prepare 1 g3, prepare 2 g3", on(new Event.Change("g3")));
  }

  private static Event changed(int worker) {
    return new Event.Changed(worker, Map.of());
  }

  @Test
  void aReloadDuringARolloutIsRefused() {
    serving();
    on(new Event.Rollout("g2"));

    assertEquals("", on(new Event.Signalled(Order.RELOAD)));
  }

  @Test
  void aRolloutWaitsForTheEndOfAReload() {
    serving();
    on(new Event.Signalled(Order.RELOAD));

    assertEquals("", on(new Event.Rollout("g2")));
    on(new Event.Ready(3, Map.of()));
    assertEquals("retire 2, notify READY", on(new Event.Ready(4, Map.of())));
    assertEquals("start 5 g2 held, start 6 g2 held", tick());
  }

  // --- applications that cannot be loaded any more

  @Test
  void aReplacementServesWhenItHasLoadedAll() {
    deployed();

    assertEquals("start 3 g1 held", on(exited(1, 137)));
    assertEquals("serve 3", on(new Event.Prepared(3, Map.of())));
    assertEquals("", on(new Event.Ready(3, Map.of())));
  }

  @Test
  void aReplacementThatCannotLoadWhatOthersServeIsTriedAgainLater() {
    deployed();
    on(exited(1, 137));

    assertEquals("stop 3", on(new Event.Prepared(3, Map.of("a", "no module"))));
    assertEquals(Map.of("a", "no module"), state.refused());
    assertEquals("", on(exited(3, 0)));
    now = 9_000;
    on(beat(2, 1, Gauges.NONE));
    now = state.wakeAt(now);
    assertEquals("start 4 g1 held", tick());
    assertEquals("serve 4", on(new Event.Prepared(4, Map.of())));
    on(new Event.Ready(4, Map.of()));
    assertEquals(Map.of(), state.refused());
  }

  @Test
  void aWorkerThatIsDueStaysAsLongAsItsReplacementCannotLoadAll() {
    deployed();

    assertEquals(
        "start 3 g1 held", on(beat(1, 1, new Gauges(0, 0, 0, OptionalLong.empty(), 1, 0, 0, ""))));
    assertEquals("stop 3", on(new Event.Prepared(3, Map.of("a", "no module"))));
    assertEquals("", on(exited(3, 0)));
    assertEquals(2, state.count(Phase.SERVING));
  }

  @Test
  void aReloadThatCannotLoadAnApplicationKeepsTheWorkers() {
    deployed();

    assertEquals("notify RELOADING, start 3 g1 held", on(signal(Order.RELOAD)));
    assertEquals("stop 3, notify READY", on(new Event.Prepared(3, Map.of("a", "no module"))));
    now += 60_000;
    on(beat(1, 1, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));
    assertEquals("", on(exited(3, 0)));
  }

  @Test
  void whatNobodyServesKeepsNoWorkerFromServingTheOthers() {
    deployed();
    on(exited(1, 137));
    on(exited(2, 137));
    now = state.startAfter();
    tick();

    assertEquals("serve 3", on(new Event.Prepared(3, Map.of("a", "no module"))));
    assertEquals("", on(new Event.Ready(3, Map.of("a", "no module"))));
    assertEquals("serve 4", on(new Event.Prepared(4, Map.of("a", "no module"))));
    on(new Event.Ready(4, Map.of("a", "no module")));
    var said = WorkerApplications.of(state, Map.of());
    assertEquals(Map.of("a", "worker 4 serves without it\nno module"), said.get("failures"));
    assertEquals(said.get("failures"), said.get("absent"));
  }

  @Test
  void whenTheLastOneThatServedItDiesOthersAreStartedAtOnce() {
    deployed();
    on(exited(1, 137));
    on(new Event.Prepared(3, Map.of("a", "no module")));
    on(exited(3, 0));

    assertEquals("start 4 g1 held, start 5 g1 held", on(exited(2, 137)));
    on(exited(4, 137));
    assertEquals("", on(exited(5, 137)), "those that die again and again wait");
  }

  @Test
  void whatSomeWorkersServeIsNotAbsent() {
    deployed();
    on(exited(1, 137));
    on(new Event.Prepared(3, Map.of("a", "no module")));

    var said = WorkerApplications.of(state, Map.of("b", "/b"));

    assertEquals(
        Map.of("a", "a new worker cannot load it; others serve it still\nno module"),
        said.get("failures"));
    assertEquals(Map.of(), said.get("absent"));
    assertEquals(Map.of("b", "/b"), said.get("mounts"));
  }

  private void deployed() {
    state = State.initial(new Plan(2, 30_000, 60_000, 10_000, 0, 0, 0, 0, true));
    on(new Event.Rollout("g1"));
    on(new Event.Ready(1, Map.of()));
    on(new Event.Ready(2, Map.of()));
  }

  // --- death

  @Test
  void aWorkerThatServedIsReplacedAtOnce() {
    serving();
    now = LATER;

    assertEquals("start 3", on(exited(1, 137)));
  }

  @Test
  void aCrashLoopBacksOff() {
    tick();
    var delays = new ArrayList<Long>();
    for (var worker = 2; worker < 12; worker++) {
      on(exited(worker, 139));
      delays.add(state.startAfter() - now);
      now = state.startAfter();
      tick();
    }

    assertEquals(
        List.of(0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L), delays);
  }

  @Test
  void workersThatDieTogetherCountAsOne() {
    serving();
    on(exited(1, 139));
    on(new Event.Ready(3, Map.of()));
    on(exited(3, 139));

    assertEquals("", on(exited(2, 139)));
    assertEquals(now + 100, state.startAfter());
    assertEquals(2, state.failures());
  }

  @Test
  void aWorkerThatServedLongEndsTheBackOff() {
    serving();
    on(exited(1, 139));
    on(new Event.Ready(3, Map.of()));
    now = LATER;

    on(exited(3, 139));

    assertEquals(0, state.failures());
  }

  @Test
  void laterARefusalIsNotRetriedBlindly() {
    serving();
    on(exited(1, 137));

    assertEquals("", on(new Event.Failed(3, 4, "no module")));
    assertEquals("", on(exited(3, 4)));
    assertEquals(now + 10_000, state.wakeAt(now));
    now += 10_000;
    assertEquals("start 4", on(beat(2, 1, Gauges.NONE)));
  }

  @Test
  void aServingWorkerThatFailsIsReplaced() {
    serving();
    now = LATER;
    on(beat(2, 1, Gauges.NONE));

    assertEquals("start 3", on(new Event.Failed(1, 70, "the I/O thread has ended")));
    assertEquals("", on(exited(1, 70)));
  }

  @Test
  void aWorkerWithoutBeatsIsKilledAndReplaced() {
    serving();
    now = 5_000;
    on(beat(2, 1, Gauges.NONE));
    now = 10_000;

    assertEquals("kill 1, start 3", tick());
    assertEquals("", on(exited(1, 137)));
  }

  @Test
  void aWorkerWhoseInputAndOutputStandStillIsKilled() {
    serving();
    on(beat(1, 7, Gauges.NONE));
    now = 9_000;
    on(beat(1, 7, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));
    now = 10_000;

    assertEquals("kill 1, start 3", tick());
  }

  // --- end

  @Test
  void termRetiresAllAndExitsCleanly() {
    serving();

    assertEquals("notify STOPPING, retire 1, retire 2", on(signal(Order.STOP)));
    assertEquals("", on(signal(Order.STOP)));
    assertEquals("", on(exited(1, 0)));
    assertEquals("exit 0", on(exited(2, 0)));
  }

  @Test
  void intStopsAllAtOnceAndASecondOneKills() {
    serving();

    assertEquals("notify STOPPING, stop 1, stop 2", on(signal(Order.QUICK_STOP)));
    assertEquals("kill 1, kill 2", on(signal(Order.QUICK_STOP)));
  }

  @Test
  void intAfterTermIsQuicker() {
    serving();
    on(signal(Order.STOP));

    assertEquals("stop 1, stop 2", on(signal(Order.QUICK_STOP)));
  }

  @Test
  void whoHasNotEndedInTimeIsKilled() {
    serving();
    on(signal(Order.STOP));
    now = state.wakeAt(now);

    assertEquals(37_000, now);
    assertEquals("kill 1, kill 2", tick());
  }

  @Test
  void nothingIsStartedAnyMore() {
    serving();
    on(signal(Order.STOP));

    for (var order : Order.values()) {
      if (order != Order.QUICK_STOP && order != Order.REOPEN) {
        assertEquals("", on(signal(order)), order.name());
      }
    }
    assertEquals("", on(new Event.Failed(1, 70, "broken")));
    assertEquals("", on(exited(1, 137)));
  }

  // --- reload

  @Test
  void replacesOneAfterAnotherAndNeverHasFewer() {
    serving();

    assertEquals("notify RELOADING, start 3", on(signal(Order.RELOAD)));
    assertEquals("retire 1, start 4", on(new Event.Ready(3, Map.of())));
    assertEquals("", on(exited(1, 0)));
    assertEquals("retire 2, notify READY", on(new Event.Ready(4, Map.of())));
    assertEquals("", on(exited(2, 0)));
    assertEquals(2, state.count(Phase.SERVING));
    assertFalse(state.reloading());
  }

  static Stream<Arguments> failuresOfTheNewWorker() {
    return Stream.of(
        Arguments.of(new Event.Failed(3, 4, "SyntaxError")),
        Arguments.of(exited(3, 4)),
        Arguments.of(exited(3, 139)));
  }

  @ParameterizedTest
  @MethodSource("failuresOfTheNewWorker")
  void aReloadThatFailsKeepsTheOldWorkers(Event failure) {
    serving();
    on(signal(Order.RELOAD));

    assertEquals("notify READY", on(failure));
    assertEquals("", tick());
    assertFalse(state.reloading());
    assertEquals(2, state.count(Phase.SERVING));
  }

  @Test
  void aNewWorkerThatIsTooLateEndsTheReload() {
    serving();
    now = LATER;
    on(beat(1, 1, Gauges.NONE));
    on(beat(2, 1, Gauges.NONE));
    on(signal(Order.RELOAD));
    now += 60_000;
    on(beat(1, 2, Gauges.NONE));
    on(beat(2, 2, Gauges.NONE));

    assertEquals("kill 3, notify READY", tick());
  }

  @Test
  void aReloadDuringAReloadBeginsAnew() {
    serving();
    on(signal(Order.RELOAD));
    on(new Event.Ready(3, Map.of())); // 1 retires, 4 starts

    on(signal(Order.RELOAD));
    assertEquals("retire 2, start 5", on(new Event.Ready(4, Map.of())));
    assertEquals("retire 3, start 6", on(new Event.Ready(5, Map.of())));
    assertEquals("retire 4, notify READY", on(new Event.Ready(6, Map.of())));
  }

  @Test
  void aReloadIsRefusedDuringTheFirstStart() {
    tick();

    assertEquals("", on(signal(Order.RELOAD)));
  }

  // --- recycling

  @Test
  void aWorkerOverItsRequestsIsReplacedBeforeItGoes() {
    state = State.initial(new Plan(2, 30_000, 60_000, 10_000, 100, 0, 0, 0, false));
    serving();

    assertEquals("", on(beat(1, 1, requests(99))));
    assertEquals("start 3", on(beat(1, 2, requests(100))));
    assertEquals("", on(beat(2, 2, requests(200))));
    assertEquals("retire 1", on(new Event.Ready(3, Map.of())));
    assertEquals("start 4", on(exited(1, 0)));
    assertEquals("retire 2", on(new Event.Ready(4, Map.of())));
  }

  @Test
  void jitterIsAddedToTheRequests() {
    state = State.initial(new Plan(20, 30_000, 60_000, 10_000, 100, 50, 0, 0, false));
    tick();

    var limits = state.workers().values().stream().map(WorkerState::requestLimit).toList();

    assertTrue(limits.stream().allMatch(limit -> limit >= 100 && limit <= 150), limits.toString());
    assertTrue(limits.stream().distinct().count() > 5, limits.toString());
  }

  @Test
  void aWorkerOverItsMemoryIsReplaced() {
    state = State.initial(new Plan(1, 30_000, 60_000, 10_000, 0, 0, 0, 1_000, false));
    tick();
    on(new Event.Ready(1, Map.of()));

    assertEquals("", on(beat(1, 1, memory(1_000))));
    assertEquals("start 2", on(beat(1, 2, memory(1_001))));
  }

  @Test
  void anOldWorkerIsReplaced() {
    state = State.initial(new Plan(1, 30_000, 60_000, 10_000, 0, 0, 5_000, 0, false));
    tick();
    now = 8_000; // its start is not part of its age: a slow one would be replaced at once
    on(new Event.Ready(1, Map.of()));

    assertEquals(13_000, state.wakeAt(now));
    now = 12_999;
    assertEquals("", tick());
    now = 13_000;
    assertEquals("start 2", tick());
  }

  @Test
  void aWorkerWithAStuckThreadIsReplaced() {
    serving();

    assertEquals("start 3", on(beat(1, 1, new Gauges(0, 0, 0, OptionalLong.empty(), 1, 0, 0, ""))));
  }

  // --- more and less

  @Test
  void oneMoreAndOneLess() {
    serving();

    assertEquals("start 3", on(signal(Order.ONE_MORE)));
    on(new Event.Ready(3, Map.of()));
    assertEquals("retire 3", on(signal(Order.ONE_LESS)));
  }

  @Test
  void asManyAsAreAskedFor() {
    serving();

    assertEquals("start 3, start 4", on(new Event.Scaled(4)));
    on(new Event.Ready(3, Map.of()));
    on(new Event.Ready(4, Map.of()));
    assertEquals(4, state.desired());
    assertEquals("", on(new Event.Scaled(4)));
  }

  @Test
  void oneLessStopsWhoIsNotReadyYet() {
    serving();
    on(signal(Order.ONE_MORE));

    assertEquals("stop 3", on(signal(Order.ONE_LESS)));
  }

  @Test
  void oneWorkerIsLeftInAnyCase() {
    serving();
    on(signal(Order.ONE_LESS));

    assertEquals("", on(signal(Order.ONE_LESS)));
    assertEquals(1, state.desired());
  }

  @Test
  void reopensLogFiles() {
    serving();

    assertEquals("reopen", on(signal(Order.REOPEN)));
  }

  @Test
  void refusesToReplaceItsProgram() {
    serving();

    assertEquals("", on(signal(Order.UPGRADE)));
  }

  // --- each event in each phase of a worker

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"RETIRING", "STOPPING", "FAILING", "KILLED"})
  void aWorkerOnItsWayOutChangesNothing(Phase phase) {
    serving();
    var workers = new TreeMap<>(state.workers());
    workers.put(9, WorkerState.started(9, "", false, 0, 1).ready(0, Map.of()).in(phase, 1_000_000));
    state =
        new State(
            state.plan(),
            2,
            true,
            Optional.empty(),
            false,
            0,
            0,
            9,
            0,
            "",
            Optional.empty(),
            Map.of(),
            workers);

    assertEquals("", on(new Event.Ready(9, Map.of())));
    assertEquals("", on(new Event.Failed(9, 4, "late")));
    assertEquals("", on(beat(9, 1, requests(1_000_000))));
    assertEquals("", tick());
    assertEquals("", on(exited(9, 137)));
    assertEquals(0, state.restarts());
  }

  @Test
  void unknownWorkersAreIgnored() {
    serving();

    assertEquals("", on(new Event.Ready(77, Map.of())));
    assertEquals("", on(new Event.Failed(77, 4, "who?")));
    assertEquals("", on(exited(77, 0)));
    assertEquals("", on(beat(77, 1, Gauges.NONE)));
  }

  @Test
  void sleepsUntilAWorkerCouldBeSilentForTooLong() {
    serving();

    assertEquals(10_000, state.wakeAt(now));
  }

  // --- words

  private void serving() {
    tick();
    on(new Event.Ready(1, Map.of()));
    on(new Event.Ready(2, Map.of()));
  }

  private String tick() {
    return on(new Event.Tick());
  }

  private String on(Event event) {
    var step = Decision.of(state, event, now);
    state = step.state();
    return String.join(
        ", ",
        step.actions().stream()
            .filter(action -> !(action instanceof Action.Log))
            .map(DecisionTest::words)
            .toList());
  }

  private static String words(Action action) {
    return switch (action) {
      case Action.Start(var number, var generation, var held) ->
          "start "
              + number
              + (generation.isEmpty() ? "" : " " + generation)
              + (held ? " held" : "");
      case Action.Serve(var number) -> "serve " + number;
      case Action.Change(var number, var verb, var generation) ->
          verb + " " + number + " " + generation;
      case Action.RolledOut(var failures) -> "rolled out " + failures;
      case Action.Retire(var number) -> "retire " + number;
      case Action.Stop(var number) -> "stop " + number;
      case Action.Kill(var number) -> "kill " + number;
      case Action.Reopen() -> "reopen";
      case Action.Notify(var notice) -> "notify " + notice;
      case Action.Complain(var message) -> "complain " + message;
      case Action.Exit(var status) -> "exit " + status;
      case Action.Log log -> log.text();
    };
  }

  private static Event exited(int worker, int status) {
    return new Event.Exited(worker, status, Optional.empty());
  }

  private static Event signal(Order order) {
    return new Event.Signalled(order);
  }

  private static Event beat(int worker, long io, Gauges gauges) {
    return new Event.Beat(
        worker,
        new Gauges(
            gauges.requests(),
            0,
            0,
            OptionalLong.of(io),
            gauges.stuck(),
            gauges.rssBytes(),
            0,
            ""));
  }

  private static Gauges requests(long requests) {
    return new Gauges(requests, 0, 0, OptionalLong.empty(), 0, 0, 0, "");
  }

  private static Gauges memory(long bytes) {
    return new Gauges(0, 0, 0, OptionalLong.empty(), 0, bytes, 0, "");
  }
}
