package org.yimmo.wsgi.console.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The console of this process: takes connections that {@code proc} has accepted and serves each to
 * its end on the thread that brings it.
 */
@Component(service = Consumer.class, property = "yimmo.console=true")
public final class Console implements Consumer<SocketChannel> {
  private static final System.Logger LOG = System.getLogger(Console.class.getName());

  private final Gogo gogo;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean relaying = new AtomicBoolean();

  @Activate
  public Console(BundleContext context) {
    gogo = new Gogo(context);
  }

  @Override
  public void accept(SocketChannel channel) {
    open.add(channel);
    try {
      relayIfManager(socket(channel));
      new Conversation(gogo, prompt(channel), channel).run();
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.DEBUG, "a console has ended: {0}", e.getMessage());
    } finally {
      open.remove(channel);
    }
  }

  /**
   * Who has the socket {@code console} beside one for workers to report to is their manager. What
   * it has a command of its own for is not relayed.
   */
  private void relayIfManager(Path socket) {
    if (socket.endsWith("console")
        && Files.exists(socket.resolveSibling("control"))
        && !relaying.getAndSet(true)) {
      gogo.add(
          new Relay(socket.getParent())
              .commands()
              .filter(command -> gogo.commands().find(command.name()).isEmpty()));
    }
  }

  /** The socket of worker 2 is {@code console-2}. */
  private static String prompt(SocketChannel channel) throws IOException {
    var name = socket(channel).getFileName().toString();
    var dash = name.indexOf('-');
    return dash < 0 ? "yimmo> " : "worker " + name.substring(dash + 1) + "> ";
  }

  private static Path socket(SocketChannel channel) throws IOException {
    return ((UnixDomainSocketAddress) channel.getLocalAddress()).getPath();
  }

  @Deactivate
  void stop() {
    for (var channel : open) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close a console", e);
      }
    }
    gogo.close();
  }
}
