package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/**
 * A few requests of the server to itself, over a connection and through the queues of a worker
 * thread, before the port is opened: classes are loaded and call sites linked then, and not while
 * the first client waits. What answers in place of an application is {@link
 * org.yimmo.wsgi.application.Application#rehearsal}; no gauge and no log shows these requests.
 */
final class Rehearsal {
  private static final System.Logger LOGGER = System.getLogger(Rehearsal.class.getName());

  /** A worker that does not answer soon, because others hold the GIL, begins without. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String FIELDS =
      """
      Host: localhost\r
      User-Agent: yimmo-wsgi-rehearsal\r
      Accept: */*\r
      """;
  private static final String GET = "GET /?rehearsal=%20 HTTP/1.1\r\n" + FIELDS;
  private static final String POST =
      "POST / HTTP/1.1\r\n"
          + FIELDS
          + """
          Content-Type: text/plain\r
          Content-Length: 1\r
          \r
          x\
          """;

  /** The second one of two equal requests takes another way than the first one. */
  private static final byte[] REQUESTS =
      (GET + "\r\n" + POST + GET + "\r\n" + GET + "Connection: close\r\n\r\n").getBytes(ISO_8859_1);

  private final IoThread ioThread;
  private final Listeners listeners;

  Rehearsal(IoThread ioThread, Listeners listeners) {
    this.ioThread = ioThread;
    this.listeners = listeners;
  }

  /**
   * Rehearses with one worker, whose output is taken already. When that fails, clients get the
   * slower first answers.
   *
   * <p><em>Blocks:</em> until all is answered, for a few seconds at most.
   */
  void run(ExchangeQueues queues) {
    ioThread.rehearseWith(queues);
    try {
      var listener = listeners.openForRehearsal();
      try {
        converse(listener);
      } finally {
        listener.close().awaitUninterruptibly();
      }
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "the rehearsal with " + queues.worker() + " failed", e);
    } finally {
      ioThread.rehearsedWith(queues);
    }
  }

  private static void converse(Channel listener) throws IOException {
    var port = ((InetSocketAddress) listener.localAddress()).getPort();
    try (var socket = new Socket()) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
      socket.getOutputStream().write(REQUESTS);
      var _ = socket.getInputStream().readAllBytes();
    }
  }
}
