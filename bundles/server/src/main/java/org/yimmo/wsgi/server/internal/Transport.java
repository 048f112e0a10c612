package org.yimmo.wsgi.server.internal;

import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * How sockets are done: by epoll where it is available, otherwise by NIO.
 *
 * @param unixAddress what this transport calls the address of a unix domain socket
 */
record Transport(
    String name,
    IoHandlerFactory handler,
    ChannelFactory<ServerChannel> tcp,
    ChannelFactory<ServerChannel> unix,
    Function<Path, SocketAddress> unixAddress) {
  private static final String EPOLL = "epoll";

  /**
   * @param setting {@code auto}, {@code native} or {@code nio}
   * @throws StartFailure the native transport was asked for and is not available
   */
  static Transport of(String setting) throws StartFailure {
    return switch (setting) {
      case "nio" -> nio();
      case "native" -> {
        if (!Epoll.isAvailable()) {
          throw new StartFailure(
              StartFailure.CONFIGURATION,
              "the native transport is not available here; choose --transport auto",
              Epoll.unavailabilityCause());
        }
        yield epoll();
      }
      case "auto" -> Epoll.isAvailable() ? epoll() : nio();
      default ->
          throw new StartFailure(
              StartFailure.CONFIGURATION,
              "unknown transport " + setting + "; choose auto, native or nio",
              null);
    };
  }

  boolean isEpoll() {
    return name.equals(EPOLL);
  }

  private static Transport epoll() {
    return new Transport(
        EPOLL,
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel::new,
        EpollServerDomainSocketChannel::new,
        path -> new DomainSocketAddress(path.toFile()));
  }

  private static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel::new,
        NioServerDomainSocketChannel::new,
        UnixDomainSocketAddress::of);
  }
}
