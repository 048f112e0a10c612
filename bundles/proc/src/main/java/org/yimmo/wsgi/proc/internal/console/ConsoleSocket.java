package org.yimmo.wsgi.proc.internal.console;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;

/**
 * The unix socket over which the user of this process reaches its console.
 *
 * <p>Until somebody connects this is one thread that waits: the console is asked for only then.
 */
public final class ConsoleSocket implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConsoleSocket.class.getName());

  /** It only accepts; what the JVM gives by default is eight times as much. */
  private static final long STACK_BYTES = 128L << 10;

  private final Path file;
  private final Supplier<Consumer<SocketChannel>> console;
  private final ServerSocketChannel socket;

  private ConsoleSocket(
      Path file, Supplier<Consumer<SocketChannel>> console, ServerSocketChannel socket) {
    this.file = file;
    this.console = console;
    this.socket = socket;
  }

  /**
   * Listens.
   *
   * @param file in a folder that only the user may enter
   * @param console called on a thread of the connection; what it gives serves a connection to its
   *     end on that thread
   * @throws IOException the socket cannot be made
   */
  public static ConsoleSocket at(Path file, Supplier<Consumer<SocketChannel>> console)
      throws IOException {
    var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(file));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
    var listening = new ConsoleSocket(file, console, socket);
    Thread.ofPlatform()
        .daemon()
        .name("yimmo-console")
        .stackSize(STACK_BYTES)
        .start(listening::accept);
    return listening;
  }

  private void accept() {
    try {
      while (true) {
        var channel = socket.accept();
        Thread.ofPlatform().daemon().name("yimmo-console-session").start(() -> serve(channel));
      }
    } catch (IOException e) {
      LOG.log(Level.TRACE, "no more consoles: {0}", e.toString());
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      if (ofSameUser(channel)) {
        console.get().accept(channel);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "the console has failed", e);
    }
  }

  /** The folder keeps others out; this does, too, should somebody open the folder. */
  private boolean ofSameUser(SocketChannel channel) throws IOException {
    var peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    var own = Files.getOwner(file);
    if (!peer.equals(own)) {
      LOG.log(Level.WARNING, "the console was refused to {0}: it is for {1}", peer, own);
      return false;
    }
    return true;
  }

  /** Ends no connection: the console does that for those that it has. */
  @Override
  public void close() throws IOException {
    socket.close();
    Files.deleteIfExists(file);
  }
}
