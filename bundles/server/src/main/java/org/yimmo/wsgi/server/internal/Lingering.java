package org.yimmo.wsgi.server.internal;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in two steps (RFC 9112 §9.6, which HTTP/2 has as much need of): first what
 * goes out ends, and what still comes in is dropped; the socket is closed when the client has
 * ended, too, or after a second. A socket that is closed with unread octets would be reset, and the
 * client could lose what it has not read yet.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class Lingering extends ChannelDuplexHandler {
  private static final long LINGER_MILLIS = 1_000;

  private boolean lingering;
  private boolean clientEnded;

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (lingering || clientEnded || !ctx.channel().isActive()) {
      var _ = ctx.close(promise);
      return;
    }
    lingering = true;
    var channel = (DuplexChannel) ctx.channel();
    var tls = ctx.pipeline().get(SslHandler.class);
    var written = tls == null ? ctx.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
    var _ =
        written.addListener(_ -> {
          var _ = channel.shutdownOutput();
        });
    var timer =
        ctx.executor()
            .schedule(
                () -> {
                  var _ = ctx.close();
                },
                LINGER_MILLIS,
                TimeUnit.MILLISECONDS);
    var _ =
        channel
            .closeFuture()
            .addListener(_ -> {
              timer.cancel(false);
              promise.trySuccess();
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (lingering) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE || event instanceof SslCloseCompletionEvent) {
      clientEnded = true;
      if (lingering) {
        var _ = ctx.close();
        return;
      }
    }
    ctx.fireUserEventTriggered(event);
  }
}
