package org.yimmo.wsgi.server.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.session.AccessLog;
import org.yimmo.wsgi.session.Limits;
import org.yimmo.wsgi.session.Proxies;

/** A server on a free port of the loopback interface. */
final class TestServer implements AutoCloseable {
  private final IoThread ioThread;
  private final Listeners listeners;
  private final Optional<Tls> tls;
  private List<String> urls = List.of();
  private final List<TestWorker> workers = new ArrayList<>();

  private TestServer(IoThread ioThread, Listeners listeners, Optional<Tls> tls) {
    this.ioThread = ioThread;
    this.listeners = listeners;
    this.tls = tls;
  }

  /** What a test may set; the defaults never get in the way of one. */
  static final class Builder {
    private String bind = "127.0.0.1:0";
    private String transport = "auto";
    private AccessLog accessLog = AccessLog.none();
    private Proxies proxies = Proxies.none();
    private boolean proxyProtocol;
    private int maxConnections = 1000;
    private int maxLineBytes = 8192;
    private int maxFieldsBytes = 16 * 1024;
    private long maxBodyBytes = 0;
    private int bodyMemoryBytes = 64 * 1024;
    private int maxConcurrentStreams = 100;
    private boolean http2 = true;
    private Duration idleTimeout = Duration.ofMinutes(1);
    private Duration headerTimeout = Duration.ofMinutes(1);
    private Duration bodyTimeout = Duration.ofMinutes(1);
    private Duration writeTimeout = Duration.ofMinutes(1);
    private Optional<Tls.Source> tlsSource = Optional.empty();

    Builder bind(String address) {
      bind = address;
      return this;
    }

    Builder transport(String name) {
      transport = name;
      return this;
    }

    Builder accessLog(AccessLog log) {
      accessLog = log;
      return this;
    }

    Builder proxies(String... networks) {
      proxies = Proxies.of(List.of(networks));
      return this;
    }

    Builder proxyProtocol() {
      proxyProtocol = true;
      return this;
    }

    Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    Builder maxLineBytes(int bytes) {
      maxLineBytes = bytes;
      return this;
    }

    Builder maxFieldsBytes(int bytes) {
      maxFieldsBytes = bytes;
      return this;
    }

    Builder maxBodyBytes(long bytes) {
      maxBodyBytes = bytes;
      return this;
    }

    Builder bodyMemoryBytes(int bytes) {
      bodyMemoryBytes = bytes;
      return this;
    }

    Builder maxConcurrentStreams(int streams) {
      maxConcurrentStreams = streams;
      return this;
    }

    Builder noHttp2() {
      http2 = false;
      return this;
    }

    Builder idleTimeout(Duration timeout) {
      idleTimeout = timeout;
      return this;
    }

    Builder headerTimeout(Duration timeout) {
      headerTimeout = timeout;
      return this;
    }

    Builder bodyTimeout(Duration timeout) {
      bodyTimeout = timeout;
      return this;
    }

    Builder writeTimeout(Duration timeout) {
      writeTimeout = timeout;
      return this;
    }

    Builder tls(Tls.Source source) {
      tlsSource = Optional.of(source);
      return this;
    }

    /** Opens the server, with as many workers as there are applications. */
    TestServer open(TestWorker.Application... applications) throws StartFailure {
      var limits =
          new Limits(
              maxLineBytes,
              maxFieldsBytes,
              maxBodyBytes,
              bodyMemoryBytes,
              maxConcurrentStreams,
              idleTimeout,
              headerTimeout,
              bodyTimeout,
              writeTimeout);
      var chosen = Transport.of(transport);
      var tls =
          tlsSource.isPresent()
              ? Optional.of(new Tls(tlsSource.get(), Duration.ofMillis(20)))
              : Optional.<Tls>empty();
      var ioThread = new IoThread(chosen, maxConnections, limits, proxies, accessLog, () -> {});
      var listeners =
          new Listeners(
              ioThread,
              chosen,
              tls,
              http2,
              headerTimeout.toMillis(),
              proxyProtocol ? Optional.of(proxies) : Optional.empty());
      var server = new TestServer(ioThread, listeners, tls);
      for (var application : applications) {
        server.addWorker(application);
      }
      try {
        server.urls = listeners.open(List.of(Address.parse(bind)));
        return server;
      } catch (StartFailure e) {
        server.close();
        throw e;
      }
    }
  }

  /** Limits that never get in the way of a test. */
  static Limits generousLimits() {
    var minute = Duration.ofMinutes(1);
    return new Limits(8192, 16 * 1024, 0, 64 * 1024, 100, minute, minute, minute, minute);
  }

  /** A server with default settings and one worker. */
  static TestServer open(TestWorker.Application application) throws StartFailure {
    return new Builder().open(application);
  }

  TestWorker addWorker(TestWorker.Application application) {
    var worker = new TestWorker(new ExchangeQueues("worker-" + workers.size(), 64), application);
    workers.add(worker);
    worker.start();
    ioThread.connectWorker(worker.queues());
    ioThread.addWorker(worker.queues());
    return worker;
  }

  void removeWorker(TestWorker worker) {
    ioThread.removeWorker(worker.queues());
  }

  IoThread ioThread() {
    return ioThread;
  }

  List<String> urls() {
    return urls;
  }

  String url() {
    return urls.getFirst();
  }

  int port() {
    return URI.create(url()).getPort();
  }

  TestClient connect() throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 5_000);
    return new TestClient(socket);
  }

  /** A client that takes little before it has to read. */
  TestClient connectWithSmallBuffer() throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 5_000);
    return new TestClient(socket);
  }

  void stop(Duration grace) {
    stop(() -> grace);
  }

  void stop(Supplier<Duration> grace) {
    ioThread.stop(grace);
    listeners.deleteSocketFiles();
    tls.ifPresent(Tls::close);
  }

  @Override
  public void close() {
    stop(Duration.ZERO);
    workers.forEach(TestWorker::close);
  }
}
