package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.yimmo.wsgi.session.AccessLog;

/** Writes the access log on a thread of its own, so that a slow disk never holds up I/O. */
final class AccessLogWriter implements AccessLog, AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(AccessLogWriter.class.getName());
  private static final int CAPACITY = 16 * 1024;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REST = Duration.ofMillis(10); // between two batches
  private static final Entry END = new Entry(0, 0, "", "", "", "", 0, 0, "", "");
  private static final Entry REOPEN = new Entry(1, 0, "", "", "", "", 0, 0, "", "");

  /** Opens what is written to; for a file that was moved away it makes a new one. */
  @FunctionalInterface
  interface Destination {
    OutputStream open() throws IOException;
  }

  private final String name;
  private final Destination destination;
  private OutputStream output; // access log thread, once that is started
  private long restsUntil = System.nanoTime(); // access log thread
  private volatile boolean reopening; // written by any thread
  private final AccessLogFormat format;
  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread = new Thread(this::run, "yimmo-access-log");

  AccessLogWriter(String name, Destination destination, AccessLogFormat format) throws IOException {
    this.name = name;
    this.destination = destination;
    this.format = format;
    output = destination.open();
  }

  /**
   * Opens the log.
   *
   * @param name {@code -}: standard output; otherwise a file, which is appended to
   * @throws StartFailure the file cannot be opened
   */
  static AccessLogWriter open(String name, AccessLogFormat format) throws StartFailure {
    try {
      var writer = new AccessLogWriter(name, destination(name), format);
      writer.start();
      return writer;
    } catch (IOException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION, "cannot write the access log " + name + ": " + reason(e), e);
    }
  }

  private static Destination destination(String name) {
    return name.equals("-")
        ? StandardOutput::new
        : () ->
            Files.newOutputStream(
                Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Standard output without the locks of System.out; closing it leaves it open for others. */
  private static final class StandardOutput extends OutputStream {
    @SuppressWarnings("resource") // it is the process's
    private final OutputStream output = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(int octet) throws IOException {
      output.write(octet);
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
      output.write(octets, from, count);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such directory";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      default -> e.getMessage();
    };
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  // --- I/O thread

  @Override
  public boolean wanted() {
    return true;
  }

  @Override
  public void ended(Entry entry) {
    if (!queue.offer(entry)) {
      dropped.incrementAndGet();
    }
  }

  // --- any thread

  /** Writes to a new file from now on, if the old one was moved away. Nothing is lost. */
  void reopen() {
    reopening = true;
    var _ = queue.offer(REOPEN); // wakes the thread; if there is no room, it is awake
  }

  /**
   * Writes what is left and closes the file.
   *
   * <p><em>Blocks:</em> until that is done, for a few seconds at most.
   */
  @Override
  public void close() {
    try {
      queue.put(END);
      thread.join(CLOSE_TIMEOUT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  // --- access log thread

  private void run() {
    var batch = new ArrayList<Entry>();
    var lines = new StringBuilder();
    var failed = false;
    boolean more;
    do {
      more = take(batch);
      if (reopening) {
        reopening = false;
        openAnew();
      }
      failed = write(batch, lines, failed);
    } while (more);
    close(output);
  }

  /** What cannot be opened leaves things as they are: better the old file than none. */
  private void openAnew() {
    try {
      var old = output;
      output = destination.open();
      close(old);
    } catch (IOException e) {
      LOGGER.log(
          System.Logger.Level.ERROR,
          "cannot reopen the access log {0}: {1}; the old file is still written to",
          name,
          reason(e));
    }
  }

  private void close(OutputStream old) {
    try {
      old.close();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "cannot close the access log " + name, e);
    }
  }

  /**
   * Waits for entries; {@code false}: the batch holds the last ones. An entry after a pause is
   * written at once; while they come thick and fast, this thread is not woken for each.
   */
  private boolean take(List<Entry> batch) {
    batch.clear();
    try {
      batch.add(queue.take());
      var left = restsUntil - System.nanoTime();
      if (left > 0) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
      restsUntil = System.nanoTime() + REST.toNanos();
    } catch (InterruptedException _) {
      return false;
    }
    queue.drainTo(batch);
    batch.removeIf(REOPEN::equals);
    return !batch.remove(END);
  }

  /** Writes a batch; returns whether that failed, which is reported once. */
  private boolean write(List<Entry> batch, StringBuilder lines, boolean failedBefore) {
    lines.setLength(0);
    for (var entry : batch) {
      format.append(lines, entry);
    }
    reportDropped();
    try {
      output.write(lines.toString().getBytes(US_ASCII));
      output.flush();
      return false;
    } catch (IOException e) {
      if (!failedBefore) {
        LOGGER.log(
            System.Logger.Level.ERROR,
            "cannot write the access log {0}: {1}; its entries are lost",
            name,
            e.getMessage());
      }
      return true;
    }
  }

  private void reportDropped() {
    var count = dropped.getAndSet(0);
    if (count > 0) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "{0} entries of the access log {1} are lost: it cannot be written fast enough",
          count,
          name);
    }
  }
}
