package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A constant load by clients that do as they should. Half of them open a connection for each
 * request, the others keep theirs until the server announces its end.
 *
 * <p>A request on a persistent connection that ends before the first octet of a response is sent
 * once more on a new connection, as a client may do with GET (RFC 9112 §9.3.1); it is counted.
 */
public final class Load implements AutoCloseable {
  private static final int CLIENTS = 6;
  private static final long PAUSE_NANOS = 2_000_000;
  private static final long PAUSE_AFTER_FAILURE_NANOS = 50_000_000;

  private final Supplier<Wire> connect;
  private final String target;
  private final Pattern expected;
  private final List<Client> clients;
  private volatile boolean stopped; // written by the test's thread

  /**
   * A request that was answered as expected; times as of {@link System#nanoTime}.
   *
   * @param connection the same for all on one connection
   */
  public record Answer(
      boolean persistent, String connection, long sentNanos, long receivedNanos, String content) {}

  /** How a request came to nothing. */
  public enum Fault {
    NOT_CONNECTED,
    /** The connection ended, and no octet of a response had come. */
    NOTHING_RECEIVED,
    /** The response ended too early, or did not come. */
    BROKEN_OFF,
    /** Another status or content than expected. */
    WRONG
  }

  /** A request that was not answered as expected. */
  public record Failure(boolean persistent, Fault fault, String text) {}

  /**
   * What came of it.
   *
   * @param retried requests that were sent once more
   * @param announced persistent connections whose end the server announced
   * @param longestStall the longest time from the begin of a request to its answer or failure
   */
  public record Tally(
      List<Answer> answers,
      List<Failure> failures,
      int retried,
      int announced,
      Duration longestStall) {

    /** The contents of the answers to requests that were sent at or after this time. */
    public List<String> contentsSince(long nanos) {
      return answers.stream()
          .filter(answer -> answer.sentNanos() - nanos >= 0)
          .map(Answer::content)
          .distinct()
          .toList();
    }

    public List<String> contents() {
      return answers.stream().map(Answer::content).distinct().toList();
    }

    @Override
    public String toString() {
      return "%d answered, %d failed %s, %d retried, %d ends announced, longest stall %d ms"
          .formatted(
              answers.size(),
              failures.size(),
              failures.stream().limit(10).toList(),
              retried,
              announced,
              longestStall.toMillis());
    }
  }

  /**
   * @param connect opens a connection to the server
   * @param expected what the content of each answer matches
   */
  public Load(Supplier<Wire> connect, String expected) {
    this(connect, "/", expected);
  }

  /** With another request target than the root. */
  public Load(Supplier<Wire> connect, String target, String expected) {
    this.connect = connect;
    this.target = target;
    this.expected = Pattern.compile(expected);
    clients = IntStream.range(0, CLIENTS).mapToObj(number -> new Client(number % 2 == 1)).toList();
    clients.forEach(client -> client.thread.start());
  }

  /** How many clients there are: no more requests than this are in flight. */
  public int clients() {
    return CLIENTS;
  }

  /** How many of the clients keep their connections. */
  public int persistentClients() {
    return (int) clients.stream().filter(client -> client.persistent).count();
  }

  /** Waits until each client got so many answers more. */
  public void awaitAnswers(int more) {
    var wanted = clients.stream().map(client -> client.answered + more).toList();
    Await.until(
        more + " answers more for each client",
        () ->
            IntStream.range(0, CLIENTS)
                .allMatch(number -> clients.get(number).answered >= wanted.get(number)));
  }

  /** Ends the load; every request that was begun is over when this returns. */
  public Tally stop() {
    stopped = true;
    for (var client : clients) {
      try {
        client.thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }
    return new Tally(
        clients.stream().flatMap(client -> client.answers.stream()).toList(),
        clients.stream().flatMap(client -> client.failures.stream()).toList(),
        clients.stream().mapToInt(client -> client.retried).sum(),
        clients.stream().mapToInt(client -> client.announced).sum(),
        Duration.ofNanos(clients.stream().mapToLong(client -> client.longest).max().orElse(0)));
  }

  @Override
  public void close() {
    stop();
  }

  /** One client; its fields are read by others when its thread has ended. */
  private final class Client {
    private final boolean persistent;
    private final String request;
    private final Thread thread = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
    private final List<Answer> answers = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private volatile int answered; // written by the client's thread
    private int retried;
    private int announced;
    private long longest;
    private int connections;
    private Optional<Wire> kept = Optional.empty();

    Client(boolean persistent) {
      this.persistent = persistent;
      request = persistent ? Requests.get(target) : Requests.get(target, "Connection: close");
    }

    private void run() {
      while (!stopped) {
        var sent = System.nanoTime();
        var failure = attempt(sent);
        longest = Math.max(longest, System.nanoTime() - sent);
        failure.ifPresent(failures::add);
        LockSupport.parkNanos(failure.isPresent() ? PAUSE_AFTER_FAILURE_NANOS : PAUSE_NANOS);
      }
      leave();
    }

    private Optional<Failure> attempt(long sent) {
      var reused = kept.isPresent();
      var failure = exchange(sent);
      if (reused && failure.filter(it -> it.fault() == Fault.NOTHING_RECEIVED).isPresent()) {
        retried++;
        failure = exchange(sent);
      }
      return failure;
    }

    private Optional<Failure> exchange(long sent) {
      if (kept.isEmpty()) {
        try {
          kept = Optional.of(connect.get());
          connections++;
        } catch (UncheckedIOException e) {
          return failed(Fault.NOT_CONNECTED, e);
        }
      }
      var wire = kept.get();
      try {
        wire.send(request);
        awaitFirstOctet(wire);
      } catch (UncheckedIOException e) {
        return failed(Fault.NOTHING_RECEIVED, e);
      } catch (SocketTimeoutException e) {
        return failed(Fault.BROKEN_OFF, e);
      } catch (IOException e) {
        return failed(Fault.NOTHING_RECEIVED, e);
      }
      try {
        return check(sent, wire.reply());
      } catch (UncheckedIOException e) {
        return failed(Fault.BROKEN_OFF, e);
      }
    }

    private static void awaitFirstOctet(Wire wire) throws IOException {
      var stream = wire.stream();
      stream.mark(1);
      if (stream.read() < 0) {
        throw new IOException("the connection ended");
      }
      stream.reset();
    }

    private Optional<Failure> check(long sent, Reply reply) {
      var ends = reply.field("Connection").filter("close"::equalsIgnoreCase).isPresent();
      if (ends) {
        leave();
      }
      if (reply.status() != 200 || !expected.matcher(reply.content()).matches()) {
        return failed(Fault.WRONG, reply);
      }
      if (ends && persistent) {
        announced++;
      }
      var connection = "%x/%d".formatted(System.identityHashCode(this), connections);
      answers.add(new Answer(persistent, connection, sent, System.nanoTime(), reply.content()));
      answered = answers.size();
      return Optional.empty();
    }

    private Optional<Failure> failed(Fault fault, Object text) {
      leave();
      return Optional.of(new Failure(persistent, fault, text.toString()));
    }

    private void leave() {
      kept.ifPresent(Wire::close);
      kept = Optional.empty();
    }
  }
}
