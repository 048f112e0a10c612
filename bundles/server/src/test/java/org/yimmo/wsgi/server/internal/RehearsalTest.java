package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Proxies;

/** Requests of the server to itself. */
@Timeout(60)
class RehearsalTest {
  private final ExchangeQueues queues = new ExchangeQueues("worker", 16);
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<AccessLog.Entry> logged = new CopyOnWriteArrayList<>();
  private Optional<IoThread> started = Optional.empty();

  private final class Log implements AccessLog {
    @Override
    public boolean wanted() {
      return true;
    }

    @Override
    public void ended(Entry entry) {
      logged.add(entry);
    }
  }

  private IoThread rehearse(String transportName) throws StartFailure {
    var transport = Transport.of(transportName);
    var ioThread =
        new IoThread(
            transport, 1, TestServer.generousLimits(), Proxies.none(), new Log(), () -> {});
    started = Optional.of(ioThread);
    ioThread.connectWorker(queues);
    var listeners =
        new Listeners(ioThread, transport, Optional.empty(), true, 10_000, Optional.empty());
    new Rehearsal(ioThread, listeners).run(queues);
    return ioThread;
  }

  private void serve() {
    for (var next = queues.take(); next.isPresent(); next = queues.take()) {
      requests.add(next.get().request());
      queues.respond(TestWorker.whole(next.get(), 200, "OK", "x"));
    }
  }

  @AfterEach
  void end() {
    queues.close();
    started.ifPresent(ioThread -> ioThread.stop(() -> Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void sendsRequestsThroughAConnectionToTheWorker(String transport) throws Exception {
    Thread.ofPlatform().daemon().start(this::serve);

    rehearse(transport);

    assertEquals(
        List.of("GET", "POST", "GET", "GET"), requests.stream().map(Request::method).toList());
    assertTrue(requests.stream().allMatch(request -> request.endpoints().rehearsing()));
    assertEquals(1, requests.get(1).content().length());
  }

  @Test
  void countsForNothing() throws Exception {
    Thread.ofPlatform().daemon().start(this::serve);

    var ioThread = rehearse("auto");

    assertEquals(4, requests.size());
    assertEquals(0, ioThread.shared().requestsEnded());
    assertEquals(0, ioThread.shared().requestsInFlight());
    assertEquals(List.of(), logged);
    assertTrue(ioThread.shared().workers().isEmpty(), "the worker is not offered to clients yet");
    ioThread.stop(() -> Duration.ofSeconds(10));
    assertEquals(0, ioThread.connectionCount());
  }

  @Test
  void goesOnWithoutAWorkerThatDoesNotAnswer() throws Exception {
    var ioThread = rehearse("auto");

    assertTrue(ioThread.rehearsals().workers().isEmpty());
    assertTrue(queues.unanswered() > 0);
  }
}
