package org.yimmo.wsgi.session;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.ResponseReceiver;
import org.yimmo.wsgi.exchange.WebSocketLink;
import org.yimmo.wsgi.exchange.WebSocketLink.Event;
import org.yimmo.wsgi.exchange.WebSocketLink.Output;

/**
 * A session that has become a WebSocket: frames in, deliveries to a worker, frames out, and the
 * closing handshake (RFC 6455 §5 to §7).
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class WebSocketConnection implements FrameDecoder.Receiver, ResponseReceiver {
  private static final long MOST_EVENT_BYTES = 256 * 1024;
  private static final long CLOSING_NANOS = 5_000_000_000L;
  private static final long CLOSING_NANOS_DRAINING = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private final Connection connection;
  private final Shared shared;
  private final Runnable settle;
  private final Request handshake;
  private final WebSocketLink link;
  private final boolean deflates;
  private final Exchange account; // of the payloads on their way
  private final FrameDecoder decoder;

  private ExchangeQueues worker; // of the last delivery
  private boolean delivering;
  private boolean awaitsWorker;

  private boolean closeSent;
  private boolean closeReceived;
  private boolean failed;
  private boolean reported; // Closed is among the events
  private boolean draining;
  private long heardNanos;
  private long pingNanos = NEVER;
  private long closingNanos = NEVER;

  WebSocketConnection(
      Connection connection,
      Shared shared,
      Runnable settle,
      Request handshake,
      WebSocketLink link,
      boolean deflates,
      ExchangeQueues worker) {
    this.connection = connection;
    this.shared = shared;
    this.settle = settle;
    this.handshake = handshake;
    this.link = link;
    this.deflates = deflates;
    this.worker = worker;
    account = Exchange.delivery(handshake, this, link);
    decoder =
        new FrameDecoder(
            link.settings().maxMessageBytes(),
            deflates ? Optional.of(shared.deflate) : Optional.empty(),
            this);
    heard();
    schedulePing();
    link.offer(new Event.Opened());
    link.connect(() -> shared.spool.onIoThread(settle));
  }

  // --- the client

  /** Takes octets; returns the end of what was taken. */
  int received(byte[] octets, int from, int to) {
    heard();
    try {
      return closeReceived || failed ? to : decoder.decode(octets, from, to);
    } catch (WebSocketFailure e) {
      failed = true;
      sendClose(e.code, e.getMessage());
      report(e.code, e.getMessage());
      return to;
    }
  }

  private void heard() {
    heardNanos = shared.clock.getAsLong();
  }

  @Override
  public void message(boolean text, byte[] content) {
    if (!closeSent) {
      link.offer(new Event.Message(text, content));
    }
  }

  @Override
  public void ping(byte[] content) {
    if (!closeSent) {
      write(Opcode.FIN | Opcode.PONG, content);
    }
  }

  @Override
  public void pong(byte[] content) {
    // it was heard of, which is all that is wanted
  }

  @Override
  public void close(int code, String reason) {
    closeReceived = true;
    sendClose(code, "");
    report(code, reason);
  }

  /** The client reads, or its worker comes first. */
  @Override
  public boolean full() {
    return !closeReceived
        && !failed
        && (link.eventBytes() >= MOST_EVENT_BYTES || connection.congested());
  }

  // --- the application

  /** Brings everything forward that can be. */
  void advance(boolean clientEnded) {
    if (clientEnded && !closeReceived && !failed) {
      failed = true;
      report(CloseCode.ABNORMAL, "");
    }
    for (var next = link.nextOutput(); next.isPresent(); next = link.nextOutput()) {
      send(next.get());
    }
    deliver();
  }

  private void send(Output output) {
    switch (output) {
      case Output.Frame(var firstOctet, var payload) -> {
        if (closeSent) {
          link.written(payload.length);
        } else {
          sendFrame(firstOctet, payload);
        }
      }
      case Output.Close(var code, var reason) -> {
        sendClose(code, reason);
        report(code, reason);
      }
    }
  }

  private void sendFrame(int firstOctet, byte[] payload) {
    var opcode = firstOctet & Opcode.MASK;
    var whole =
        (firstOctet & Opcode.FIN) != 0 && (opcode == Opcode.TEXT || opcode == Opcode.BINARY);
    var compressed = deflates && whole ? shared.deflate.deflate(payload) : Optional.<byte[]>empty();
    if (compressed.isPresent()) {
      write(firstOctet | Opcode.RSV1, compressed.get());
    } else {
      write(firstOctet, payload);
    }
    connection.returnCreditWhenWritten(account, payload.length);
  }

  private void write(int firstOctet, byte[] payload) {
    var head = FrameEncoder.head(firstOctet, payload.length);
    connection.write(head, 0, head.length);
    connection.write(ByteBuffer.wrap(payload));
    connection.flush();
  }

  private void sendClose(int code, String reason) {
    if (closeSent) {
      return;
    }
    closeSent = true;
    write(Opcode.FIN | Opcode.CLOSE, FrameEncoder.close(code, reason));
    closingNanos = shared.clock.getAsLong() + (draining ? CLOSING_NANOS_DRAINING : CLOSING_NANOS);
  }

  /** The last event, once. */
  private void report(int code, String reason) {
    if (!reported) {
      reported = true;
      link.offer(new Event.Closed(code, reason));
      deliver();
    }
  }

  /** Offers a delivery, to the worker of the last one if it has room. */
  private void deliver() {
    if (delivering || awaitsWorker || !link.hasEvents() || link.congested()) {
      return;
    }
    var delivery = Exchange.delivery(handshake, this, link);
    if (!shared.workers.accept(worker) || worker.overdue() || !worker.offer(delivery)) {
      var taker = shared.workers.offer(delivery, worker);
      if (taker == null) {
        awaitsWorker = true;
        shared.workers.await(() -> {
          awaitsWorker = false;
          deliver();
        });
        return;
      }
      worker = taker;
    }
    delivering = true;
  }

  @Override
  public void receive(ResponsePart part) {
    switch (part) {
      case ResponsePart.Expired _ -> link.close(CloseCode.INTERNAL_ERROR, "");
      case ResponsePart.Abort _ -> {
        delivering = false;
        link.close(CloseCode.INTERNAL_ERROR, "");
      }
      case ResponsePart.End _, ResponsePart.Refused _ -> delivering = false;
      default -> throw new IllegalStateException("a part of a response within a WebSocket");
    }
    deliver();
    settle.run();
  }

  // --- the end

  /** Whether nothing is left to be said, on both sides. */
  boolean over() {
    return (closeSent && closeReceived) || failed;
  }

  /** Whether the client may have sent what is not wanted. */
  boolean failed() {
    return failed;
  }

  /** The server stops. */
  void drain() {
    draining = true;
    link.close(CloseCode.GOING_AWAY, "");
  }

  /** The connection is closed, by whomever. */
  void gone() {
    report(CloseCode.ABNORMAL, "");
  }

  // --- time

  private void schedulePing() {
    var interval = link.settings().pingInterval();
    pingNanos = interval.isZero() ? NEVER : shared.clock.getAsLong() + interval.toNanos();
  }

  private long idleNanos() {
    var timeout = link.settings().idleTimeout();
    return timeout.isZero() || full() ? NEVER : heardNanos + timeout.toNanos();
  }

  /** When {@link #deadlineReached} is to be called. */
  long deadline() {
    return closeSent ? closingNanos : Math.min(pingNanos, idleNanos());
  }

  void deadlineReached(long now) {
    if (closeSent) {
      failed |= closingNanos <= now;
      return;
    }
    if (idleNanos() <= now) {
      link.close(CloseCode.GOING_AWAY, "nothing was heard from the client");
    } else if (pingNanos <= now) {
      write(Opcode.FIN | Opcode.PING, new byte[0]);
      schedulePing();
    }
  }
}
