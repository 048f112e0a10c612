package org.yimmo.wsgi.server.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.yimmo.wsgi.session.Proxies;

/** Opens the addresses that the server listens on. */
final class Listeners {
  private static final System.Logger LOGGER = System.getLogger(Listeners.class.getName());
  private static final int BACKLOG = 2048;

  // of Linux, asm-generic/socket.h
  private static final int SOL_SOCKET = 1;
  private static final int SO_DOMAIN = 39;
  private static final int AF_UNIX = 1;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final IoThread ioThread;
  private final Transport transport;
  private final Optional<Tls> tls;
  private final boolean http2;
  private final long handshakeTimeoutMillis;
  private final Optional<Proxies> proxyProtocol;

  private final List<Channel> channels = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();
  private final List<Path> socketFiles = new ArrayList<>();

  /**
   * @param http2 whether clients without TLS may begin with HTTP/2; under TLS its context knows
   * @param handshakeTimeoutMillis for what comes before the first request
   * @param proxyProtocol the peers that begin with the header of the PROXY protocol, if any do
   */
  Listeners(
      IoThread ioThread,
      Transport transport,
      Optional<Tls> tls,
      boolean http2,
      long handshakeTimeoutMillis,
      Optional<Proxies> proxyProtocol) {
    this.ioThread = ioThread;
    this.transport = transport;
    this.tls = tls;
    this.http2 = http2;
    this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    this.proxyProtocol = proxyProtocol;
  }

  /**
   * Opens all of the addresses or none.
   *
   * <p><em>Blocks:</em> until the sockets listen; a host name may have to be looked up.
   *
   * @return where the server listens, such as {@code http://0.0.0.0:8081}
   * @throws StartFailure an address cannot be bound
   */
  List<String> open(List<Address> addresses) throws StartFailure {
    try {
      for (var address : addresses) {
        open(address);
      }
    } catch (StartFailure e) {
      channels.forEach(channel -> channel.close().awaitUninterruptibly());
      deleteSocketFiles();
      throw e;
    }
    ioThread.listensOn(channels);
    return List.copyOf(urls);
  }

  /**
   * Listens on a port of its own on the loopback interface, for connections of the server with
   * itself, without TLS.
   *
   * <p><em>Owner:</em> the caller closes it.
   */
  Channel openForRehearsal() throws IOException {
    var binding =
        bootstrap(
                new Initializer(
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    () -> ServerConnection.rehearsing(ioThread)))
            .channelFactory(transport.tcp())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .bind(InetAddress.getLoopbackAddress(), 0)
            .awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw new IOException("cannot listen on the loopback interface", binding.cause());
    }
    return binding.channel();
  }

  private void open(Address address) throws StartFailure {
    switch (address) {
      case Address.Tcp tcp -> {
        var bound = bind(address, bootstrap("").channelFactory(transport.tcp()), resolve(tcp));
        var port = ((InetSocketAddress) bound.localAddress()).getPort();
        urls.add(scheme() + new Address.Tcp(tcp.host(), port));
      }
      case Address.Unix unix -> {
        removeStale(unix);
        bind(
            address,
            bootstrap(unix.path().toString()).channelFactory(transport.unix()),
            transport.unixAddress().apply(unix.path()));
        socketFiles.add(unix.path());
        urls.add(unix.toString());
      }
      case Address.Manager manager -> adopt(manager);
    }
  }

  /**
   * The sockets listen already, their files belong to the manager, and other workers share them.
   */
  private void adopt(Address.Manager manager) throws StartFailure {
    if (!transport.isEpoll()) {
      throw new StartFailure(
          StartFailure.INTERNAL,
          "cannot take the listening sockets of a manager with the transport " + transport.name(),
          null);
    }
    ioThread.beat();
    var descriptors = ManagerSockets.receive(ioThread.group(), manager.path());
    try {
      for (var descriptor : descriptors) {
        adopt(new Socket(descriptor.intValue()));
      }
    } catch (IOException e) { // the process ends, and with it what was received
      throw new StartFailure(
          StartFailure.INTERNAL,
          "cannot use the listening sockets of the manager: " + e.getMessage(),
          e);
    }
  }

  private void adopt(Socket socket) throws IOException {
    var descriptor = socket.intValue();
    if (socket.getIntOpt(SOL_SOCKET, SO_DOMAIN) == AF_UNIX) {
      var path = socket.localDomainSocketAddress().path();
      adopt(path, () -> new EpollServerDomainSocketChannel(descriptor, true));
      urls.add(Address.UNIX + path);
    } else {
      var local = socket.localAddress();
      adopt("", () -> new EpollServerSocketChannel(descriptor));
      var host = NetUtil.toAddressString(local.getAddress());
      urls.add(scheme() + new Address.Tcp(host, local.getPort()));
    }
  }

  private void adopt(String socketFile, ChannelFactory<ServerChannel> factory) throws IOException {
    var registering =
        bootstrap(socketFile)
            .channelFactory(factory)
            // one connection at a time, so that the other workers get theirs
            .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
            .register()
            .awaitUninterruptibly();
    if (!registering.isSuccess()) {
      throw new IOException(registering.cause());
    }
    listening(registering.channel());
  }

  private String scheme() {
    return tls.isPresent() ? "https://" : "http://";
  }

  private static InetSocketAddress resolve(Address.Tcp tcp) throws StartFailure {
    try {
      return new InetSocketAddress(InetAddress.getByName(tcp.host()), tcp.port());
    } catch (UnknownHostException e) {
      throw cannotBind(tcp, "unknown host; choose another --bind", e);
    }
  }

  private ServerBootstrap bootstrap(String socketFile) {
    var bootstrap =
        bootstrap(
            new Initializer(
                tls,
                http2 && tls.isEmpty(),
                proxyProtocol,
                () -> new ServerConnection(ioThread, socketFile)));
    if (socketFile.isEmpty()) {
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true);
    }
    return bootstrap;
  }

  private ServerBootstrap bootstrap(Initializer initializer) {
    return new ServerBootstrap()
        .group(ioThread.group())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(initializer);
  }

  /** Sets up a connection that was accepted. */
  @ChannelHandler.Sharable
  private final class Initializer extends ChannelInitializer<Channel> {
    private final Optional<Tls> tls;
    private final boolean preface; // whether that of HTTP/2 may come
    private final Optional<Proxies> proxyProtocol;
    private final Supplier<ServerConnection> connections;

    Initializer(
        Optional<Tls> tls,
        boolean preface,
        Optional<Proxies> proxyProtocol,
        Supplier<ServerConnection> connections) {
      this.tls = tls;
      this.preface = preface;
      this.proxyProtocol = proxyProtocol;
      this.connections = connections;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (proxyProtocol.filter(proxies -> proxies.trust(peer(channel))).isPresent()) {
        channel.pipeline().addLast(new ProxyProtocol(handshakeTimeoutMillis));
      }
      tls.ifPresent(present -> {
        var handler = present.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
        channel.pipeline().addLast(handler);
      });
      var connection = connections.get();
      if (preface) {
        channel.pipeline().addLast(new Http2Preface(connection));
      }
      channel.pipeline().addLast(connection);
    }
  }

  /** Its address in digits; empty on a unix socket. */
  private static String peer(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? NetUtil.toAddressString(remote.getAddress())
        : "";
  }

  private Channel bind(Address address, ServerBootstrap bootstrap, SocketAddress socketAddress)
      throws StartFailure {
    var binding = bootstrap.bind(socketAddress).awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw cannotBind(address, reason(address, binding.cause()), binding.cause());
    }
    return listening(binding.channel());
  }

  private Channel listening(Channel channel) {
    channels.add(channel);
    channel.pipeline().addLast(new AcceptFailures());
    return channel;
  }

  /** Says why a connection cannot be accepted; Netty tries again a second later. */
  private static final class AcceptFailures extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "cannot accept a connection: {0}; allow more open files or fewer connections",
          cause.getMessage());
    }
  }

  /** Transports word and type the same errno differently. */
  private static String reason(Address address, Throwable cause) {
    var message = String.valueOf(cause.getMessage());
    var lower = message.toLowerCase(Locale.ROOT);
    var other = address instanceof Address.Tcp ? "--port" : "--bind";
    if (lower.contains("in use")) {
      return "address already in use; choose another " + other;
    }
    if (lower.contains("permission denied")) {
      return "permission denied; choose another " + other;
    }
    if (lower.contains("cannot assign") || lower.contains("can't assign")) {
      return "this machine has no such address; choose another --bind";
    }
    return message;
  }

  /** A socket file that nobody listens on any more is left over from a process that was killed. */
  private static void removeStale(Address.Unix unix) throws StartFailure {
    var path = unix.path();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)) {
      throw cannotBind(unix, "the file exists and is no socket; choose another --bind", null);
    }
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw cannotBind(unix, "address already in use; choose another --bind", null);
    } catch (IOException _) {
      delete(unix);
    }
  }

  private static void delete(Address.Unix unix) throws StartFailure {
    try {
      Files.delete(unix.path());
    } catch (IOException e) {
      throw cannotBind(unix, "the old socket file cannot be removed; remove it", e);
    }
  }

  private static StartFailure cannotBind(Address address, String reason, Throwable cause) {
    return new StartFailure(
        StartFailure.CANNOT_BIND, "cannot bind " + address + ": " + reason, cause);
  }

  /** After the sockets were closed. */
  void deleteSocketFiles() {
    for (var file : socketFiles) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOGGER.log(
            System.Logger.Level.WARNING,
            "cannot remove the socket file {0}: {1}",
            file,
            e.getMessage());
      }
    }
  }
}
