package org.yimmo.wsgi.server.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import java.util.List;
import java.util.Optional;
import org.yimmo.wsgi.session.ExchangeSummary;
import org.yimmo.wsgi.session.SessionSummary;

/** A connection, of whatever version of HTTP. <em>Thread:</em> the I/O thread. */
interface IoConnection {
  /** Sends what was appended; a fault of one connection is no fault of the others in its batch. */
  void flushOrFail();

  /** The server stops: what was begun is finished, then the connection is closed. */
  void drain();

  /** Closes at once: what was not sent is lost, and the client sees an error. */
  void reset();

  /** {@link #reset()} of any channel. */
  static void reset(ChannelHandlerContext context) {
    if (!context.channel().isOpen()) {
      return; // closed, and channelInactive is on its way
    }
    if (context.channel() instanceof SocketChannel tcp) {
      tcp.config().setSoLinger(0);
    }
    var _ = context.pipeline().firstContext().close(); // past TLS, which would say goodbye
  }

  /** For people; empty while no request can come, as during a handshake of TLS. */
  Optional<SessionSummary> summary();

  /** The requests in flight. */
  List<ExchangeSummary> exchanges();
}
