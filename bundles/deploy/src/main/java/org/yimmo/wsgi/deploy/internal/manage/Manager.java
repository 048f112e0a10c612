package org.yimmo.wsgi.deploy.internal.manage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;

/**
 * The manager's part: watches the folder and has what is in it served.
 *
 * <p>All is done by one thread, the deployments thread, which ends with {@link #close}.
 */
public final class Manager implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.deploy");
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final int MOST_OF_THE_TIME_ASLEEP = 50;
  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  private final DropFolder folder;
  private final Store store;
  private final Deployments deployments;
  private final Commands commands;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("yimmo-deployments").daemon().factory());
  private String complaint = ""; // the deployments thread's
  private Set<String> toldOf = Set.of(); // likewise

  /**
   * Begins to watch.
   *
   * @param kept how many earlier releases of an application are kept
   * @throws IOException the folders cannot be made, or another server uses them
   */
  public Manager(BundleContext bundle, Path folder, Path storeFolder, int kept) throws IOException {
    Files.createDirectories(folder);
    this.folder = new DropFolder(folder.toRealPath());
    store = Store.open(storeFolder.toAbsolutePath());
    Executor guarded = this::execute;
    deployments =
        new Deployments(
            this.folder.path(),
            store,
            new ServiceRollouts(bundle),
            kept,
            guarded,
            InstantSource.system());
    commands = new Commands(bundle, this.folder.path(), deployments, this::execute);
    thread.execute(this::look);
  }

  // --- deployments thread

  private void look() {
    var begun = System.nanoTime();
    try {
      deployments.look(folder.stamps());
      tellOfOthers(folder.others());
      complaint = "";
    } catch (IOException | RuntimeException | Error e) {
      complain(e);
    } finally {
      // A folder with very many files is looked at less often.
      var pause =
          Math.max(BETWEEN_LOOKS.toNanos(), (System.nanoTime() - begun) * MOST_OF_THE_TIME_ASLEEP);
      again(pause);
    }
  }

  /** Once for each, as long as it is there. */
  private void tellOfOthers(Set<String> others) {
    others.stream()
        .filter(name -> !toldOf.contains(name))
        .forEach(name ->
            LOG.log(
                Level.INFO,
                "{0} is left alone: only .py, .zip and .jar files and folders are deployed",
                name));
    toldOf = others;
  }

  private void again(long pauseNanos) {
    try {
      var _ = thread.schedule(this::look, pauseNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException _) {
      // closed
    }
  }

  /** The same complaint is logged once. */
  private void complain(Throwable failure) {
    if (!complaint.equals(failure.toString())) {
      complaint = failure.toString();
      LOG.log(
          Level.WARNING,
          "cannot look into the folder " + folder.path() + ": " + complaint,
          failure);
    }
  }

  // --- any thread

  private void execute(Runnable task) {
    try {
      thread.execute(() -> {
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          LOG.log(Level.ERROR, "a task of the deployments failed", e);
        }
      });
    } catch (RejectedExecutionException _) {
      // closed
    }
  }

  /** Ends the thread; what is being rolled out is the business of others. */
  @Override
  public void close() {
    commands.close();
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "a drop is still being examined");
      }
      store.close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot unlock the releases", e);
    }
  }
}
