package org.yimmo.wsgi.proc.internal.manage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.yimmo.wsgi.proc.internal.control.Connection;
import org.yimmo.wsgi.proc.internal.control.Message;

/**
 * Listens on the socket {@code control}. Who may connect is what the folder's mode says.
 *
 * <p>Each connection has a thread that reads; there are as many as workers.
 */
final class ControlServer implements AutoCloseable {
  /** Who hears what is said. */
  interface Listener {
    /** Called on the connection's thread. */
    void received(Connection from, Message message);
  }

  private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());

  private final ServerSocketChannel socket;
  private final Listener listener;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  /**
   * @throws IOException the socket cannot be made in this folder
   */
  ControlServer(Path folder, Listener listener) throws IOException {
    this.listener = listener;
    socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(folder.resolve(Connection.CONTROL)));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    Thread.ofPlatform().daemon().name("yimmo-control").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        var connection = new Connection(socket.accept());
        open.add(connection);
        Thread.ofPlatform().daemon().name("yimmo-peer").start(() -> read(connection));
      }
    } catch (IOException e) {
      LOG.log(Level.TRACE, "no more connections: {0}", e.toString());
    }
  }

  private void read(Connection connection) {
    try (connection) {
      for (var next = connection.read(); next.isPresent(); next = connection.read()) {
        listener.received(connection, next.get());
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection has ended: {0}", e.getMessage());
    } finally {
      open.remove(connection);
    }
  }

  /** Ends all connections, too: to a worker that means that the manager is gone. */
  @Override
  public void close() {
    try {
      socket.close();
      for (var connection : open) {
        connection.close();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot close", e);
    }
  }
}
