package org.yimmo.wsgi.proc.internal.sockets;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Gives the listening sockets to each worker that connects, one descriptor per message (SCM_RIGHTS,
 * unix(7)), and closes. Its thread sleeps otherwise.
 */
public final class SocketHandout implements AutoCloseable {
  /** The socket's name in the folder of the manager. */
  public static final String SOCKETS = "sockets";

  private static final System.Logger LOG = System.getLogger(SocketHandout.class.getName());

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1,
          Thread.ofPlatform().daemon().name("yimmo-sockets").factory(),
          EpollIoHandler.newFactory());

  /**
   * <em>Owner:</em> the caller closes the listening sockets, after this.
   *
   * @throws IOException the socket cannot be made in this folder
   */
  public SocketHandout(ListeningSockets listening, Path managerFolder) throws IOException {
    var binding =
        new ServerBootstrap()
            .group(thread)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Giver(listening));
                  }
                })
            .bind(new DomainSocketAddress(managerFolder.resolve(SOCKETS).toFile()))
            .awaitUninterruptibly();
    if (!binding.isSuccess()) {
      close();
      throw new IOException(binding.cause());
    }
    // A loop without any task in the future wakes up each second to look for one.
    var _ = thread.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.DAYS);
  }

  private static final class Giver extends ChannelInboundHandlerAdapter {
    private final ListeningSockets listening;

    Giver(ListeningSockets listening) {
      this.listening = listening;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      var last = ctx.newSucceededFuture();
      for (var socket : listening.sockets()) {
        last = ctx.write(socket);
      }
      ctx.flush();
      var _ = last.addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.log(Level.DEBUG, "a worker did not take the sockets", cause);
      var _ = ctx.close();
    }
  }

  @Override
  public void close() {
    var _ = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
