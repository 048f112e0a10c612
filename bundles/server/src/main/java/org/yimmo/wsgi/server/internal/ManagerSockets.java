package org.yimmo.wsgi.server.internal;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes the listening sockets that a manager hands over a unix domain socket (SCM_RIGHTS, unix(7)):
 * one after another until the end of the stream.
 */
final class ManagerSockets extends ChannelInboundHandlerAdapter {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<FileDescriptor> received = new ArrayList<>(); // I/O thread
  private final CompletableFuture<List<FileDescriptor>> all = new CompletableFuture<>();

  private ManagerSockets() {}

  /**
   * Receives them.
   *
   * <p><em>Blocks:</em> until the manager has sent all, for a few seconds at most. <em>Owner:</em>
   * the caller closes what it gets; after a failure nothing is left open.
   *
   * @param group of the epoll transport
   * @throws StartFailure the manager cannot be reached or sends nothing
   */
  static List<FileDescriptor> receive(EventLoopGroup group, Path path) throws StartFailure {
    var receiver = new ManagerSockets();
    var connecting =
        new Bootstrap()
            .group(group)
            .channel(EpollDomainSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(PATIENCE.toMillis()))
            .option(
                EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
            .handler(receiver)
            .connect(new DomainSocketAddress(path.toFile()))
            .awaitUninterruptibly();
    if (!connecting.isSuccess()) {
      throw failure(path, "its socket cannot be connected to", connecting.cause());
    }
    try {
      var descriptors = receiver.all.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (descriptors.isEmpty()) {
        throw failure(path, "it sent none", null);
      }
      return descriptors;
    } catch (TimeoutException e) {
      var _ = receiver.all.completeExceptionally(e); // what comes later is closed
      var _ = connecting.channel().close();
      throw failure(path, "it did not send them within " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw failure(path, String.valueOf(e.getCause().getMessage()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(path, "the wait was interrupted", e);
    }
  }

  private static StartFailure failure(Path path, String reason, Throwable cause) {
    return new StartFailure(
        StartFailure.INTERNAL,
        "cannot take the listening sockets of the manager at " + path + ": " + reason,
        cause);
  }

  // --- I/O thread

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    received.add((FileDescriptor) message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!all.complete(List.copyOf(received))) {
      received.forEach(ManagerSockets::close);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = all.completeExceptionally(cause);
    var _ = ctx.close();
  }

  private static void close(FileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException _) {
      // it is not ours any more in any case
    }
  }
}
