package org.yimmo.wsgi.proc.internal.sockets;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;

/** systemd, where it started this process: what it passed (sd_listen_fds(3)) and wants to know. */
public final class ServiceManager {
  private static final System.Logger LOG = System.getLogger(ServiceManager.class.getName());

  private final String notifySocket;
  private final int listenFds;
  private final OptionalLong watchdogMillis;

  private ServiceManager(String notifySocket, int listenFds, OptionalLong watchdogMillis) {
    this.notifySocket = notifySocket;
    this.listenFds = listenFds;
    this.watchdogMillis = watchdogMillis;
  }

  /**
   * What the variables of the environment say.
   *
   * @param pid of this process: variables that were meant for another one are ignored
   */
  public static ServiceManager of(Map<String, String> environment, long pid) {
    var watchdogPid = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    var watchdogMicros =
        watchdogPid.equals(Long.toString(pid)) ? number(environment, "WATCHDOG_USEC") : 0;
    return new ServiceManager(
        environment.getOrDefault("NOTIFY_SOCKET", ""),
        number(environment, "LISTEN_PID") == pid ? (int) number(environment, "LISTEN_FDS") : 0,
        // sd_watchdog_enabled(3): notify every half of the time.
        watchdogMicros > 0 ? OptionalLong.of(watchdogMicros / 2000) : OptionalLong.empty());
  }

  private static long number(Map<String, String> environment, String name) {
    try {
      return Long.parseLong(environment.getOrDefault(name, "0"));
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  /** How many listening sockets it passed. */
  public int listenFds() {
    return listenFds;
  }

  /** How often it wants to hear that the process lives. */
  public OptionalLong watchdogMillis() {
    return watchdogMillis;
  }

  /** Sends a state such as {@code READY=1}, if anybody listens; never fails. */
  public void notify(String state) {
    if (notifySocket.isEmpty()) {
      return;
    }
    // A leading @ stands for the octet 0 of an abstract address.
    var path = notifySocket.startsWith("@") ? "\0" + notifySocket.substring(1) : notifySocket;
    var octets = state.getBytes(StandardCharsets.UTF_8);
    try {
      var socket = Socket.newSocketDomainDgram();
      try {
        socket.connect(new DomainSocketAddress(path));
        socket.send(ByteBuffer.allocateDirect(octets.length).put(octets), 0, octets.length);
      } finally {
        socket.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot notify {0}: {1}", notifySocket, e.getMessage());
    }
  }
}
