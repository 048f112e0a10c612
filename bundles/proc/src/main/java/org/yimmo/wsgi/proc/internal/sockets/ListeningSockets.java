package org.yimmo.wsgi.proc.internal.sockets;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The sockets that the workers accept connections from. They belong to the manager, so connections
 * that nobody has accepted yet survive every worker.
 */
public final class ListeningSockets implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ListeningSockets.class.getName());
  private static final int BACKLOG = 2048;
  private static final String UNIX = "unix:";

  private final List<Socket> sockets = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  private ListeningSockets() {}

  /**
   * Binds all of the addresses or none.
   *
   * @param addresses {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code unix:PATH}
   * @throws BindFailure one of them cannot be bound
   */
  public static ListeningSockets bound(List<String> addresses) throws BindFailure {
    requireNative();
    var bound = new ListeningSockets();
    try {
      for (var address : addresses) {
        bound.bind(address);
      }
      return bound;
    } catch (BindFailure e) {
      bound.close();
      throw e;
    }
  }

  private static void requireNative() throws BindFailure {
    if (!Epoll.isAvailable()) {
      throw new BindFailure(
          BindFailure.CONFIGURATION,
          "several processes need Linux on x86-64: their sockets cannot be passed on here; choose"
              + " --no-proc 1",
          Epoll.unavailabilityCause());
    }
  }

  /**
   * The sockets that systemd bound (sd_listen_fds(3)).
   *
   * <p>They may block: each worker sets O_NONBLOCK when it takes them, and that is a property of
   * the socket, not of the descriptor (open(2)), so all have it before anyone accepts.
   *
   * @param count they are the descriptors from 3 on
   * @throws BindFailure there are fewer
   */
  public static ListeningSockets inherited(int count) throws BindFailure {
    requireNative();
    var inherited = new ListeningSockets();
    for (var descriptor = 3; descriptor < 3 + count; descriptor++) {
      if (!Files.exists(Path.of("/proc/self/fd/" + descriptor))) {
        throw new BindFailure(
            BindFailure.CANNOT_BIND,
            "LISTEN_FDS announces descriptor " + descriptor + ", which is not there",
            null);
      }
      inherited.sockets.add(new Socket(descriptor));
      inherited.addresses.add("descriptor " + descriptor + " of systemd");
    }
    return inherited;
  }

  private void bind(String address) throws BindFailure {
    if (address.startsWith(UNIX)) {
      bindUnix(address);
    } else {
      bindTcp(address);
    }
  }

  // --- TCP

  private void bindTcp(String address) throws BindFailure {
    var colon = address.lastIndexOf(':');
    var host = address.substring(0, Math.max(colon, 0));
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":") || colon < 0) {
      throw malformed(address, null);
    }
    if (host.isEmpty() || host.equals("*")) {
      host = "0.0.0.0";
    }
    var target = resolved(address, host, port(address, address.substring(colon + 1)));
    var socket = LinuxSocket.newSocketStream(target.getAddress() instanceof Inet6Address);
    sockets.add(socket);
    try {
      socket.setReuseAddress(true);
      socket.bind(target);
      socket.listen(BACKLOG);
    } catch (IOException e) {
      throw cannotBind(address, reason(e, "--port"), e);
    }
    addresses.add(
        (host.contains(":") ? "[" + host + "]:" : host + ":") + socket.localAddress().getPort());
  }

  private static int port(String address, String text) throws BindFailure {
    try {
      var port = Integer.parseInt(text);
      if (port >= 0 && port <= 0xffff) {
        return port;
      }
      throw malformed(address, null);
    } catch (NumberFormatException e) {
      throw malformed(address, e);
    }
  }

  private static InetSocketAddress resolved(String address, String host, int port)
      throws BindFailure {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw cannotBind(address, "unknown host; choose another --bind", e);
    }
  }

  // --- unix

  private void bindUnix(String address) throws BindFailure {
    if (address.length() == UNIX.length()) {
      throw malformed(address, null);
    }
    var path = Path.of(address.substring(UNIX.length())).toAbsolutePath();
    removeStale(address, path);
    var socket = Socket.newSocketDomain();
    sockets.add(socket);
    try {
      socket.bind(new DomainSocketAddress(path.toFile()));
      files.add(path);
      socket.listen(BACKLOG);
    } catch (IOException e) {
      throw cannotBind(address, reason(e, "--bind"), e);
    }
    addresses.add(UNIX + path);
  }

  /** A socket file that nobody listens on any more is left over from a process that was killed. */
  private static void removeStale(String address, Path path) throws BindFailure {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)) {
      throw cannotBind(address, "the file exists and is no socket; choose another --bind", null);
    }
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw cannotBind(address, "address already in use; choose another --bind", null);
    } catch (IOException _) {
      removeOld(address, path);
    }
  }

  private static void removeOld(String address, Path path) throws BindFailure {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw cannotBind(address, "the old socket file cannot be removed; remove it", e);
    }
  }

  // --- failures

  private static BindFailure malformed(String address, Throwable cause) {
    return new BindFailure(
        BindFailure.CONFIGURATION,
        "cannot bind " + address + ": write HOST:PORT, [IPV6]:PORT or unix:PATH",
        cause);
  }

  private static BindFailure cannotBind(String address, String reason, Throwable cause) {
    return new BindFailure(
        BindFailure.CANNOT_BIND, "cannot bind " + address + ": " + reason, cause);
  }

  private static String reason(IOException failure, String other) {
    var message = String.valueOf(failure.getMessage());
    var lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("in use")) {
      return "address already in use; choose another " + other;
    }
    if (lower.contains("permission denied")) {
      return "permission denied; choose another " + other;
    }
    if (lower.contains("cannot assign")) {
      return "this machine has no such address; choose another --bind";
    }
    return message;
  }

  // --- bound

  /** Where the sockets listen, in the order in which they were asked for. */
  public List<String> addresses() {
    return List.copyOf(addresses);
  }

  List<Socket> sockets() {
    return sockets;
  }

  /** Closes the sockets and removes their files; whoever took over a socket keeps it. */
  @Override
  public void close() {
    for (var socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close a listening socket", e);
      }
    }
    for (var file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot remove the socket file {0}: {1}", file, e.getMessage());
      }
    }
  }
}
