package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** A running yimmo-wsgi that listens on a port of 127.0.0.1; killed when closed. */
public final class Server implements AutoCloseable {
  private static final Pattern LISTENING =
      Pattern.compile("listening (?:on|at) .*?127\\.0\\.0\\.1:(\\d+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern VM_RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final Running running;
  private final int port;

  private Server(Running running, int port) {
    this.running = running;
    this.port = port;
  }

  static Server start(Running running) {
    try {
      var port =
          Await.value(
              "the server listens",
              () -> {
                if (!running.alive()) {
                  throw new AssertionError("the server ended with " + running.awaitExit());
                }
                return running
                    .err()
                    .find(LISTENING)
                    .or(() -> running.out().find(LISTENING))
                    .map(match -> Integer.parseInt(match.group(1)));
              });
      return new Server(running, port);
    } catch (AssertionError e) {
      running.close();
      throw new AssertionError(
          e.getMessage() + "\n" + running.out().text() + "\n" + running.err().text(), e);
    }
  }

  public int port() {
    return port;
  }

  public Running process() {
    return running;
  }

  /** Standard error: the log. */
  public Output log() {
    return running.err();
  }

  public Wire connect() {
    return Wire.to(port);
  }

  /** Sends one request on a connection of its own. */
  public Reply get(String target) {
    try (var wire = connect()) {
      return wire.get(target);
    }
  }

  /** Sends SIGTERM and waits for a clean end. */
  public void stop() {
    try (running) {
      running.terminate();
      assertEquals(0, running.awaitExit(), () -> "exit status; the log:\n" + log().text());
    }
  }

  /** Resident memory in KiB, where the system says it. */
  public Optional<Long> residentKib() {
    var status = Path.of("/proc/" + running.pid() + "/status");
    if (!Files.exists(status)) {
      return Optional.empty();
    }
    try {
      var matcher = VM_RSS.matcher(Files.readString(status));
      return matcher.find() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + status, e);
    }
  }

  @Override
  public void close() {
    running.close();
  }
}
