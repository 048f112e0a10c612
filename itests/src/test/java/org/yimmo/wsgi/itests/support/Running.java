package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process with what it writes; killed when closed. */
public final class Running implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 60;

  private final Process process;
  private final Output out;
  private final Output err;

  Running(Process process) {
    this.process = process;
    out = Output.of(process.getInputStream());
    err = Output.of(process.getErrorStream());
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public Output out() {
    return out;
  }

  public Output err() {
    return err;
  }

  /** Sends SIGTERM. What the process writes then is read, too: Process.destroy would close it. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** The processes that it started. */
  Stream<ProcessHandle> children() {
    return process.children();
  }

  /** Sends a signal by its name, such as {@code INT}. */
  public void signal(String name) {
    signal(name, process.pid());
  }

  /** Sends a signal to any process. */
  public static void signal(String name, long pid) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send SIG" + name, e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits until the process has ended; the exit status. */
  public int awaitExit() {
    try {
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(
            "did not end within " + DEADLINE_SECONDS + " s\n" + out.text() + err.text());
      }
      out.awaitEnd();
      err.awaitEnd();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
