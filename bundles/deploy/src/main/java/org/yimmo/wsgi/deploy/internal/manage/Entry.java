package org.yimmo.wsgi.deploy.internal.manage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.yimmo.wsgi.deploy.internal.release.Release;

/**
 * A drop, and how far it has come.
 *
 * <p><em>Thread:</em> that of the deployments.
 */
final class Entry {
  /** As people see it. */
  enum State {
    ACTIVE,
    DEPLOYING,
    FAILED
  }

  /**
   * What is about to serve.
   *
   * @param fresh whether it was made for this and is of no use if it fails
   * @param wanted whether it is what the operator asked for, and not the remedy for a failure
   */
  record Candidate(Release release, boolean fresh, boolean wanted) {}

  final String drop;
  String stamp = "";
  Optional<Release> serving = Optional.empty();
  Optional<Candidate> candidate = Optional.empty();

  /** What served before this manager started. */
  Optional<Release> remembered = Optional.empty();

  /** The drop is not there any more. */
  boolean gone;

  /** It was refused for the sake of another drop. */
  boolean clashes;

  String reason = "";

  /** The last reason in the log; the same is not logged again as long as the drop is as it was. */
  String logged = "";

  Instant since;

  /** Commands that wait for what becomes of the drop. */
  final List<CompletableFuture<String>> waiting = new ArrayList<>();

  Entry(String drop, Instant since) {
    this.drop = drop;
    this.since = since;
  }

  State state() {
    if (candidate.isPresent() || (gone && reason.isEmpty())) {
      return State.DEPLOYING;
    }
    return reason.isEmpty() ? State.ACTIVE : State.FAILED;
  }

  boolean changes() {
    return gone || candidate.isPresent();
  }

  /** What serves when the change has been made. */
  Optional<Release> aim() {
    return gone ? Optional.empty() : candidate.map(Candidate::release).or(() -> serving);
  }

  /** The release that people mean when they speak of this drop. */
  Optional<Release> shown() {
    return serving.or(() -> candidate.map(Candidate::release)).or(() -> remembered);
  }

  String name() {
    return shown().map(Release::name).orElseGet(() -> drop.replaceFirst("\\.(py|zip|jar)$", ""));
  }

  void answer(String sentence) {
    waiting.forEach(command -> command.complete(sentence));
    waiting.clear();
  }

  void answerFailure() {
    waiting.forEach(command -> command.completeExceptionally(new IllegalStateException(reason)));
    waiting.clear();
  }
}
