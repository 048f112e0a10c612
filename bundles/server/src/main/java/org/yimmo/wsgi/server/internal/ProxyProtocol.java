package org.yimmo.wsgi.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.yimmo.wsgi.exchange.Endpoints;

/**
 * Takes the header of the PROXY protocol off the front of a connection, before TLS and before there
 * is a session. Who comes with something else, or with nothing in time, is not served: guessing
 * whether a header comes would let a client write one.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class ProxyProtocol extends ByteToMessageDecoder {
  /** The ends of the connection as the proxy tells them; absent where it tells nothing. */
  static final AttributeKey<Endpoints> ENDPOINTS = AttributeKey.valueOf("yimmo.endpoints");

  private static final System.Logger LOGGER = System.getLogger(ProxyProtocol.class.getName());

  private final long timeoutMillis;
  private ScheduledFuture<?> timer;

  ProxyProtocol(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
    setSingleDecode(true);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    timer =
        context
            .executor()
            .schedule(
                () -> {
                  var _ = context.close();
                },
                timeoutMillis,
                TimeUnit.MILLISECONDS);
  }

  /** Nobody behind hears of the connection before the header is there. */
  @Override
  public void channelActive(ChannelHandlerContext context) {}

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      var _ = context.close(); // no header will come any more
    } else {
      super.userEventTriggered(context, event);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf octets, List<Object> out) {
    try {
      var header = ProxyHeader.decode(octets.nioBuffer());
      if (header.length() == 0) {
        return;
      }
      octets.skipBytes(header.length());
      header
          .ends()
          .ifPresent(ends ->
              context
                  .channel()
                  .attr(ENDPOINTS)
                  .set(
                      new Endpoints(
                          ends.source(),
                          ends.sourcePort(),
                          ends.destination(),
                          ends.destinationPort(),
                          ends.secure())));
      context.fireChannelActive();
      context.pipeline().remove(this); // what is left goes on
    } catch (ProxyHeader.MalformedException e) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "a connection of the proxy {0} is closed: {1}",
          context.channel().remoteAddress(),
          e.getMessage());
      octets.skipBytes(octets.readableBytes());
      var _ = context.close();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    timer.cancel(false);
  }
}
