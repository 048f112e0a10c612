package org.yimmo.wsgi.proc.internal.manage;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.yimmo.wsgi.proc.internal.manage.WorkerState.Phase;

/**
 * All that the manager decides on.
 *
 * @param desired how many workers should serve
 * @param served all of them were ready once: the first start is over
 * @param ending the order to end, if it was given
 * @param reloading a reload is under way
 * @param failures workers in a row that ended soon after their start
 * @param startAfter no worker is started before
 * @param lastNumber of a worker
 * @param restarts workers that had to be replaced because they died
 * @param generation the file of the applications that serve, or empty
 * @param rollout a rollout is under way
 * @param refused applications for the sake of which a worker was not let serve, each with its
 *     reason
 * @param workers by number, until their process is gone
 */
record State(
    Plan plan,
    int desired,
    boolean served,
    Optional<Ending> ending,
    boolean reloading,
    int failures,
    long startAfter,
    int lastNumber,
    int restarts,
    String generation,
    Optional<Rollout> rollout,
    Map<String, String> refused,
    SortedMap<Integer, WorkerState> workers) {

  /** How the manager ends. */
  record Ending(int status, boolean quick) {}

  /**
   * The way from one generation to the next.
   *
   * @param former what serves again when the switch fails
   * @param failures of applications, known so far
   * @param changing the workers that change while they serve
   * @param awaited those of them that have not answered yet
   * @param deadline for these
   */
  record Rollout(
      String former,
      String generation,
      Stage stage,
      Map<String, String> failures,
      Set<Integer> changing,
      Set<Integer> awaited,
      long deadline) {
    enum Stage {
      /** The first generation: its workers are the first ones. */
      FIRST,
      /** Held workers prepare themselves beside those that serve. */
      PREPARING,
      /** They open their ports, and the others go. */
      SWITCHING,
      /** Those that serve prepare what is new beside what is old. */
      CHANGING,
      /** They let it serve. */
      COMMITTING
    }

    Rollout {
      failures = Map.copyOf(failures);
      changing = Set.copyOf(changing);
      awaited = Set.copyOf(awaited);
    }

    /** By other workers. */
    static Rollout replacing(String former, String generation, Stage stage) {
      return new Rollout(former, generation, stage, Map.of(), Set.of(), Set.of(), Long.MAX_VALUE);
    }

    /** By the workers that serve. */
    static Rollout changing(String former, String generation, Set<Integer> workers, long deadline) {
      return new Rollout(former, generation, Stage.CHANGING, Map.of(), workers, workers, deadline);
    }

    Rollout in(Stage next) {
      return new Rollout(former, generation, next, failures, changing, awaited, deadline);
    }

    Rollout awaiting(Set<Integer> workers, long until) {
      return new Rollout(former, generation, stage, failures, changing, workers, until);
    }

    Rollout with(Map<String, String> more) {
      var all = new HashMap<>(failures);
      all.putAll(more);
      return new Rollout(former, generation, stage, all, changing, awaited, deadline);
    }
  }

  State {
    workers = Collections.unmodifiableSortedMap(new TreeMap<>(workers));
  }

  static State initial(Plan plan) {
    return new State(
        plan,
        plan.processes(),
        false,
        Optional.empty(),
        false,
        0,
        0,
        0,
        0,
        "",
        Optional.empty(),
        Map.of(),
        new TreeMap<>());
  }

  /**
   * When time alone asks for a decision.
   *
   * @return {@link Long#MAX_VALUE}: never
   */
  long wakeAt(long now) {
    // A start that is due and not made waits for an event.
    var first = startAfter > now ? startAfter : Long.MAX_VALUE;
    first = Math.min(first, rollout.map(Rollout::deadline).orElse(Long.MAX_VALUE));
    for (var worker : workers.values()) {
      first = Math.min(first, deadline(worker));
    }
    return first;
  }

  private long deadline(WorkerState worker) {
    return switch (worker.phase()) {
      case BOOTING, PREPARING -> worker.startedAt() + plan.bootMillis();
      case SERVING -> {
        var silence = worker.heardAt() + plan.silenceMillis();
        yield plan.maxAgeMillis() > 0 && worker.outdated().isEmpty()
            ? Math.min(silence, worker.readyAt() + plan.maxAgeMillis())
            : silence;
      }
      case RETIRING, STOPPING, FAILING -> worker.deadline();
      case PREPARED, KILLED -> Long.MAX_VALUE;
    };
  }

  int count(Phase phase) {
    return (int) workers.values().stream().filter(worker -> worker.phase() == phase).count();
  }
}
