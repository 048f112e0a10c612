package org.yimmo.wsgi.server.internal;

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
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A manager that has listening sockets and gives them to whoever connects. */
final class TestManager implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Path path;
  private final List<Socket> sockets = new ArrayList<>();

  TestManager(Path path) {
    this.path = path;
    new ServerBootstrap()
        .group(group)
        .channel(EpollServerDomainSocketChannel.class)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Giver());
              }
            })
        .bind(new DomainSocketAddress(path.toFile()))
        .syncUninterruptibly();
  }

  private final class Giver extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      for (var socket : sockets) {
        var _ = ctx.writeAndFlush(socket);
      }
      var _ = ctx.writeAndFlush(ctx.alloc().buffer()).addListener(ChannelFutureListener.CLOSE);
    }
  }

  String bind() {
    return "manager:" + path;
  }

  /** Listens on a free port of the loopback interface. */
  int listenOnPort() throws IOException {
    var socket = Socket.newSocketStream();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.listen(64);
    sockets.add(socket);
    return socket.localAddress().getPort();
  }

  void listenOnFile(Path file) throws IOException {
    var socket = Socket.newSocketDomain();
    socket.bind(new DomainSocketAddress(file.toFile()));
    socket.listen(64);
    sockets.add(socket);
  }

  @Override
  public void close() throws IOException {
    var _ = group.shutdownGracefully();
    for (var socket : sockets) {
      socket.close();
    }
  }
}
