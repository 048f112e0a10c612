package org.yimmo.wsgi.deploy.internal.manage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.yimmo.wsgi.deploy.internal.release.BadDropException;
import org.yimmo.wsgi.deploy.internal.release.Content;
import org.yimmo.wsgi.deploy.internal.release.Examination;
import org.yimmo.wsgi.deploy.internal.release.Folders;
import org.yimmo.wsgi.deploy.internal.release.Kind;
import org.yimmo.wsgi.deploy.internal.release.Place;
import org.yimmo.wsgi.deploy.internal.release.Release;

/**
 * What becomes of the drops: each is made a release, and all that changed go together in one
 * generation, which serves or does not. While one is rolled out, later changes wait.
 *
 * <p>If it does not serve, those that are to blame are refused and the others tried again; if
 * nobody is known to be, each is tried alone.
 *
 * <p><em>Thread:</em> that of the deployments, unless a method says otherwise.
 */
final class Deployments {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.deploy");
  private static final int MOST_BROKEN_LOOKS = 12;
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String ALL = "";

  private final Path folder;
  private final Store store;
  private final Rollouts rollouts;
  private final int kept;
  private final Executor thread;
  private final InstantSource clock;

  private final Watch watch = new Watch();
  private final Map<String, Entry> entries = new TreeMap<>();
  private final Map<String, Integer> brokenLooks = new HashMap<>();
  private final Map<String, List<CompletableFuture<String>>> expected = new HashMap<>();
  private final Set<String> alone = new LinkedHashSet<>();
  private Set<String> orphans = Set.of();
  private boolean first = true;
  private Instant notBefore = Instant.MIN;
  private Optional<Batch> running = Optional.empty();
  private volatile List<Map<String, Object>> rows = List.of(); // written by the thread

  /** What is being rolled out: what shall serve for each drop. */
  private record Batch(Path generation, Map<Entry, Optional<Release>> aims) {}

  /**
   * @param kept how many earlier releases of an application are kept
   * @param thread that of the deployments
   */
  Deployments(
      Path folder, Store store, Rollouts rollouts, int kept, Executor thread, InstantSource clock) {
    this.folder = folder;
    this.store = store;
    this.rollouts = rollouts;
    this.kept = kept;
    this.thread = thread;
    this.clock = clock;
  }

  // --- drops come and go

  /**
   * Takes up what has changed.
   *
   * @param present what each drop looks like
   */
  void look(Map<String, String> present) {
    var changes = watch.look(present);
    changes.gone().forEach(this::leave);
    changes.changed().forEach(drop -> take(drop, present.get(drop)));
    if (watch.settled()) {
      proceed();
    }
    show();
  }

  private void leave(String drop) {
    brokenLooks.remove(drop);
    var entry = entries.get(drop);
    if (entry != null) {
      entry.gone = true;
      entry.reason = "";
      entry.since = clock.instant();
      if (!isRunning(entry)) {
        discard(entry);
        if (entry.serving.isEmpty()) {
          forget(entry);
        }
      }
    }
  }

  private void take(String drop, String stamp) {
    var former = entries.get(drop);
    if (former != null && isRunning(former)) {
      return; // the next look finds it changed again
    }
    var file = folder.resolve(drop);
    if (!Examination.isWhole(file)
        && brokenLooks.merge(drop, 1, Integer::sum) < MOST_BROKEN_LOOKS) {
      return; // it may still be copied
    }
    brokenLooks.remove(drop);
    watch.take(drop, stamp);
    var entry = entries.computeIfAbsent(drop, name -> new Entry(name, clock.instant()));
    discard(entry);
    entry.logged = stamp.equals(entry.stamp) ? entry.logged : "";
    entry.stamp = stamp;
    entry.gone = false;
    entry.clashes = false;
    entry.reason = "";
    entry.since = clock.instant();
    entry.waiting.addAll(expected.getOrDefault(drop, List.of()));
    expected.remove(drop);
    examine(entry, file, former == null);
  }

  /** Nothing that a drop holds may end the thread. */
  private void examine(Entry entry, Path file, boolean atFirst) {
    try {
      if (!atFirst || !remember(entry)) {
        makeRelease(entry, file);
      }
    } catch (BadDropException e) {
      refuse(entry, e.getMessage());
    } catch (IOException e) {
      refuse(entry, "cannot read it or copy it to %s: %s".formatted(store, e));
    } catch (StackOverflowError _) {
      refuse(entry, "it is nested too deeply");
    } catch (OutOfMemoryError _) {
      refuse(entry, "it needs more memory than the manager has");
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "examining " + entry.drop + " failed", e);
      refuse(entry, "it cannot be examined: " + e);
    }
  }

  /** What served for the drop before a restart serves again, if the drop is as it was. */
  private boolean remember(Entry entry) throws IOException, BadDropException {
    var served = store.served(entry.drop);
    entry.remembered = served.map(Store.Served::release);
    if (served.isEmpty() || !served.get().stamp().equals(entry.stamp)) {
      return false;
    }
    var release = served.get().release();
    requireFree(entry, release.name(), release.place());
    entry.candidate = Optional.of(new Entry.Candidate(release, false, true));
    return true;
  }

  private void makeRelease(Entry entry, Path file) throws BadDropException, IOException {
    var incoming = store.incoming();
    try {
      var content = Examination.examine(file, incoming);
      requireFree(entry, content.name(), content.place());
      entry.candidate = Optional.of(candidate(entry, content, incoming));
    } finally {
      Folders.delete(incoming);
    }
  }

  private Entry.Candidate candidate(Entry entry, Content content, Path incoming)
      throws IOException {
    return new Entry.Candidate(store.add(content, incoming, entry.drop, entry.stamp), true, true);
  }

  private void requireFree(Entry entry, String name, Optional<Place> place)
      throws BadDropException {
    var mounts = rollouts.reports().mounts();
    for (var other : entries.values()) {
      if (other == entry || other.gone) {
        continue;
      }
      for (var release :
          Stream.concat(
                  other.serving.stream(), other.candidate.map(Entry.Candidate::release).stream())
              .toList()) {
        if (release.name().equals(name)) {
          entry.clashes = true;
          throw new BadDropException(
              "the name %s is that of %s: give it another one, or remove %s"
                  .formatted(name, other.drop, other.drop));
        }
        if (place.isPresent() && place.equals(place(release, mounts))) {
          entry.clashes = true;
          throw new BadDropException(
              "%s is mounted at %s: give this one another path or host, or remove %s"
                  .formatted(other.drop, place.get(), other.drop));
        }
      }
    }
  }

  /** Where it is mounted; that of one in Java may be known by what serves only. */
  private static Optional<Place> place(Release release, Map<String, String> mounts) {
    return release
        .place()
        .or(() -> Optional.ofNullable(mounts.get(release.name())).map(Place::parse));
  }

  private void refuse(Entry entry, String reason) {
    LOG.log(
        reason.equals(entry.logged) ? Level.DEBUG : Level.ERROR,
        "{0} is not deployed: {1}",
        entry.drop,
        lastLine(reason));
    entry.reason = reason;
    entry.logged = reason;
    entry.since = clock.instant();
    entry.answerFailure();
    fallBack(entry);
  }

  /**
   * A traceback ends with what is the matter; all of it is in the log of the process that failed.
   */
  private static String lastLine(String reason) {
    var lines = reason.strip().lines().toList();
    return lines.size() < 2 ? reason : lines.getLast() + "; yimmo:apps shows the traceback";
  }

  /** What served before the manager was started again serves in place of what failed. */
  private void fallBack(Entry entry) {
    if (entry.serving.isEmpty() && entry.candidate.isEmpty()) {
      entry.candidate =
          entry
              .remembered
              .filter(release -> isFree(entry, release))
              .map(release -> new Entry.Candidate(release, false, false));
    }
    entry.remembered = Optional.empty();
  }

  private boolean isFree(Entry entry, Release release) {
    try {
      requireFree(entry, release.name(), release.place());
      return true;
    } catch (BadDropException _) {
      return false;
    }
  }

  private void discard(Entry entry) {
    var former = entry.candidate;
    entry.candidate = Optional.empty();
    former.filter(Entry.Candidate::fresh).ifPresent(one -> delete(one.release()));
  }

  private void delete(Release release) {
    try {
      store.delete(release);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot delete {0}: {1}", release.location(), e.toString());
    }
  }

  private void forget(Entry entry) {
    entries.remove(entry.drop);
    alone.remove(entry.drop);
    entry.answer(entry.drop + " is removed");
    lookAgainAtClashes();
  }

  private void lookAgainAtClashes() {
    entries.values().stream()
        .filter(entry -> entry.clashes)
        .forEach(entry -> watch.forget(entry.drop));
  }

  // --- generations

  private boolean isRunning(Entry entry) {
    return running.filter(batch -> batch.aims.containsKey(entry)).isPresent();
  }

  private void proceed() {
    if (running.isPresent() || !rollouts.ready() || clock.instant().isBefore(notBefore)) {
      return;
    }
    var batch = batch();
    if (batch.isEmpty() && !first) {
      return;
    }
    var aims = new LinkedHashMap<Entry, Optional<Release>>();
    batch.forEach(entry -> aims.put(entry, entry.aim()));
    var target =
        entries.values().stream()
            .flatMap(entry -> (aims.containsKey(entry) ? entry.aim() : entry.serving).stream())
            .toList();
    begin(aims, target, !first && onlyJavaChanges(batch));
  }

  private List<Entry> batch() {
    var changing = entries.values().stream().filter(Entry::changes).toList();
    var one = changing.stream().filter(entry -> alone.contains(entry.drop)).findFirst();
    if (one.isEmpty()) {
      alone.clear();
      return changing;
    }
    alone.remove(one.get().drop);
    return List.of(one.get());
  }

  private static boolean onlyJavaChanges(Collection<Entry> batch) {
    return batch.stream()
        .flatMap(entry -> Stream.concat(entry.serving.stream(), entry.aim().stream()))
        .allMatch(release -> release.kind() == Kind.JAVA);
  }

  /** Whatever goes wrong is a failure of this rollout, and never the end of the thread. */
  private void begin(Map<Entry, Optional<Release>> aims, List<Release> target, boolean live) {
    try {
      var batch = new Batch(store.generation(target), aims);
      running = Optional.of(batch);
      rollouts
          .begin(batch.generation, live)
          .whenComplete(
              (failures, fault) -> thread.execute(() -> end(batch, outcome(failures, fault))));
    } catch (IOException | RuntimeException | Error e) {
      var batch = running.orElseGet(() -> new Batch(Path.of(""), aims));
      running = Optional.of(batch);
      thread.execute(() -> end(batch, outcome(null, e)));
    }
  }

  private static Map<String, String> outcome(Map<String, String> failures, Throwable fault) {
    if (fault != null) {
      LOG.log(Level.DEBUG, "a rollout ended with an exception", fault);
      return Map.of(ALL, "the rollout failed: " + fault);
    }
    return failures == null ? Map.of(ALL, "the rollout told no result") : failures;
  }

  private void end(Batch batch, Map<String, String> failures) {
    running = Optional.empty();
    if (failures.isEmpty() || (first && !failures.containsKey(ALL))) {
      served(batch, failures);
    } else {
      notServed(batch, failures);
    }
    proceed();
    show();
  }

  /** Only the first generation serves in spite of failures. */
  private void served(Batch batch, Map<String, String> failures) {
    first = false;
    batch.aims.forEach((entry, aim) -> {
      if (aim.isEmpty()) {
        removed(entry);
      } else if (failures.containsKey(aim.get().name())) {
        failed(entry, failures.get(aim.get().name()));
      } else {
        activated(entry, aim.get());
      }
    });
    tidy(batch, failures);
    lookAgainAtClashes();
    if (batch.aims.values().stream()
        .flatMap(Optional::stream)
        .anyMatch(release -> release.kind() == Kind.BUNDLE)) {
      lookAgainAtBundles();
    }
  }

  /** What a bundle lacked may be there now. */
  private void lookAgainAtBundles() {
    entries.values().stream()
        .filter(entry -> entry.state() == Entry.State.FAILED && entry.drop.endsWith(".jar"))
        .forEach(entry -> watch.forget(entry.drop));
  }

  private void removed(Entry entry) {
    entry.serving = Optional.empty();
    if (entry.gone) {
      LOG.log(Level.INFO, "{0} is removed", entry.drop);
      forget(entry);
    }
  }

  private void activated(Entry entry, Release release) {
    var wanted = entry.candidate.map(Entry.Candidate::wanted).orElse(true);
    entry.serving = Optional.of(release);
    entry.candidate = Optional.empty();
    entry.remembered = Optional.empty();
    if (wanted) {
      entry.reason = "";
      entry.since = clock.instant();
    }
    try {
      store.serving(release, entry.drop, wanted ? entry.stamp : "");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a restart will not know that {0} serves: {1}", entry.drop, e);
    }
    var sentence =
        "%s %s%s: release %d%s"
            .formatted(
                release.name(),
                release.kind() == Kind.BUNDLE ? "is installed" : "serves",
                place(release, rollouts.reports().mounts()).map(place -> " at " + place).orElse(""),
                release.number(),
                release.version().isEmpty() ? "" : ", version " + release.version());
    LOG.log(Level.INFO, sentence);
    entry.answer(sentence);
  }

  private void failed(Entry entry, String reason) {
    discard(entry);
    refuse(entry, reason);
  }

  private void notServed(Batch batch, Map<String, String> failures) {
    var blamed = new ArrayList<Entry>();
    batch.aims.forEach((entry, aim) -> {
      if (aim.isPresent() && failures.containsKey(aim.get().name())) {
        blamed.add(entry);
        failed(entry, failures.get(aim.get().name()));
      }
    });
    if (blamed.isEmpty()) {
      nobodyToBlame(batch, sentence(failures));
    }
  }

  private static String sentence(Map<String, String> failures) {
    return failures.getOrDefault(
        ALL,
        failures.entrySet().stream()
            .map(failure ->
                "%s, which has not changed, cannot be loaded any more: %s"
                    .formatted(failure.getKey(), failure.getValue()))
            .findFirst()
            .orElse("no reason is known"));
  }

  private void nobodyToBlame(Batch batch, String reason) {
    LOG.log(Level.ERROR, "the deployment failed: {0}", reason);
    if (batch.aims.size() > 1) {
      batch.aims.keySet().forEach(entry -> alone.add(entry.drop));
      return;
    }
    batch.aims.forEach((entry, aim) -> {
      if (aim.isPresent()) {
        failed(entry, reason);
      } else {
        entry.reason = "it cannot be removed: " + reason;
      }
    });
    if (entries.values().stream().allMatch(entry -> entry.candidate.isEmpty())) {
      notBefore = clock.instant().plus(PAUSE);
    }
  }

  // --- what is not needed any more

  private void tidy(Batch batch, Map<String, String> failures) {
    try {
      if (!failures.isEmpty()) {
        // Worker processes that start later shall not try those that failed.
        store.rewrite(
            batch.generation,
            entries.values().stream().flatMap(entry -> entry.serving.stream()).toList());
      }
      store.keepOnly(batch.generation);
      var used =
          entries.values().stream()
              .flatMap(entry ->
                  Stream.of(
                          entry.serving,
                          entry.candidate.map(Entry.Candidate::release),
                          entry.remembered)
                      .flatMap(Optional::stream))
              .toList();
      deleteSurplus(used);
      deleteOrphans(used);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot tidy {0}: {1}", store, e.toString());
    }
  }

  private void deleteSurplus(List<Release> used) throws IOException {
    for (var name : new TreeSet<>(used.stream().map(Release::name).toList())) {
      for (var release : store.surplus(name, used, kept)) {
        store.delete(release);
      }
    }
  }

  /** Not at once: processes that are about to end may still import modules of theirs. */
  private void deleteOrphans(List<Release> used) throws IOException {
    var names = new TreeSet<>(store.names());
    used.forEach(release -> names.remove(release.name()));
    for (var name : names) {
      store.servesNoLonger(name);
      if (orphans.contains(name)) {
        for (var release : store.releases(name)) {
          store.delete(release);
        }
      }
    }
    orphans = names;
  }

  // --- commands

  /** Waits for what becomes of the drop of that name, which is about to come or to change. */
  CompletableFuture<String> expect(String drop) {
    var outcome = new CompletableFuture<String>();
    expected.computeIfAbsent(drop, _ -> new ArrayList<>()).add(outcome);
    watch.forget(drop);
    return outcome;
  }

  /** The drop of an application, or of that file name. */
  Optional<String> dropOf(String name) {
    return entry(name).map(entry -> entry.drop);
  }

  private Optional<Entry> entry(String name) {
    return entries.values().stream()
        .filter(entry -> entry.name().equals(name) || entry.drop.equals(name))
        .findFirst();
  }

  /** Waits for the end of an application whose drop is about to go. */
  CompletableFuture<String> expectEnd(String drop) {
    var outcome = new CompletableFuture<String>();
    var entry = entries.get(drop);
    if (entry == null) {
      outcome.complete(drop + " is removed");
    } else {
      entry.waiting.add(outcome);
    }
    return outcome;
  }

  /**
   * Makes the release before the one that serves serve again.
   *
   * @throws IllegalArgumentException there is no such application
   * @throws IllegalStateException there is no earlier release, or it cannot serve
   */
  CompletableFuture<String> rollBack(String name) throws IOException {
    var entry =
        entry(name)
            .filter(one -> one.serving.isPresent())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "no application %s serves; yimmo:apps shows which do".formatted(name)));
    if (entry.changes()) {
      throw new IllegalStateException(name + " is being deployed: try again when that is over");
    }
    var serving = entry.serving.get();
    var earlier =
        store.releases(serving.name()).stream()
            .filter(release -> release.number() < serving.number())
            .reduce((_, last) -> last)
            .orElseThrow(() ->
                new IllegalStateException(
                    "%s has no release before %d".formatted(name, serving.number())));
    try {
      requireFree(entry, earlier.name(), earlier.place());
    } catch (BadDropException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    var outcome = new CompletableFuture<String>();
    entry.waiting.add(outcome);
    entry.candidate = Optional.of(new Entry.Candidate(earlier, false, true));
    entry.since = clock.instant();
    proceed();
    show();
    return outcome;
  }

  // --- what people see

  private void show() {
    rows = entries.values().stream().map(this::row).toList();
  }

  private Map<String, Object> row(Entry entry) {
    var row = new LinkedHashMap<String, Object>();
    var release = entry.shown();
    row.put("application", entry.name());
    row.put("state", entry.state().name());
    row.put("version", release.map(Release::version).orElse(""));
    row.put("release", release.map(Release::number).orElse(null));
    row.put("serving", entry.serving.isPresent());
    row.put("mount", release.flatMap(Release::place).map(Object::toString).orElse(""));
    row.put("drop", entry.drop);
    row.put("since", entry.since);
    row.put("reason", entry.reason);
    return row;
  }

  /** A table of the drops. <em>Thread:</em> any. */
  List<Map<String, Object>> rows() {
    var reports = rollouts.reports();
    return rows.stream().map(row -> withReports(withAge(row), reports)).toList();
  }

  /** Of the applications. <em>Thread:</em> any. */
  String[] names() {
    return rows.stream().map(row -> String.valueOf(row.get("application"))).toArray(String[]::new);
  }

  private static Map<String, Object> withReports(
      Map<String, Object> row, Rollouts.Reports reports) {
    var name = String.valueOf(row.get("application"));
    if (row.get("mount").equals("") && row.get("serving").equals(true)) {
      row.put("mount", reports.mounts().getOrDefault(name, ""));
    }
    if (row.get("state").equals(Entry.State.ACTIVE.name())
        && reports.failures().containsKey(name)) {
      row.put("state", Entry.State.FAILED.name());
      row.put("serving", !reports.absent().contains(name));
      row.put("reason", reports.failures().get(name));
    }
    return row;
  }

  private Map<String, Object> withAge(Map<String, Object> row) {
    var aged = new LinkedHashMap<String, Object>();
    row.forEach((name, value) -> {
      if (value instanceof Instant since) {
        aged.put("age.millis", Duration.between(since, clock.instant()).toMillis());
      } else {
        aged.put(name, value);
      }
    });
    return aged;
  }
}
