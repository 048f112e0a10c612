package org.yimmo.wsgi.server.internal;

import java.nio.file.Path;

/** An address to listen on, as the {@code bind} setting writes it. */
sealed interface Address {
  /**
   * A TCP address.
   *
   * @param host a name, an IPv4 address or an IPv6 address without brackets
   * @param port 0: any free port
   */
  record Tcp(String host, int port) implements Address {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A unix domain socket. */
  record Unix(Path path) implements Address {
    @Override
    public String toString() {
      return UNIX + path;
    }
  }

  /**
   * The listening sockets that a manager hands over.
   *
   * @param path the unix domain socket on which it does so
   */
  record Manager(Path path) implements Address {
    @Override
    public String toString() {
      return MANAGER + path;
    }
  }

  String UNIX = "unix:";
  String MANAGER = "manager:";

  /**
   * Parses {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code unix:PATH} or {@code manager:PATH}; no
   * host means all.
   *
   * @throws StartFailure it is none of these
   */
  static Address parse(String text) throws StartFailure {
    if (text.startsWith(UNIX)) {
      var path = text.substring(UNIX.length());
      if (path.isEmpty()) {
        throw malformed(text, null);
      }
      return new Unix(Path.of(path).toAbsolutePath());
    }
    if (text.startsWith(MANAGER)) {
      return new Manager(Path.of(text.substring(MANAGER.length())));
    }
    var colon = text.lastIndexOf(':');
    var host = text.substring(0, Math.max(colon, 0));
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":") || colon < 0) {
      throw malformed(text, null);
    }
    if (host.isEmpty() || host.equals("*")) {
      host = "0.0.0.0";
    }
    try {
      var port = Integer.parseInt(text.substring(colon + 1));
      if (port < 0 || port > 0xffff) {
        throw malformed(text, null);
      }
      return new Tcp(host, port);
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
  }

  private static StartFailure malformed(String text, Throwable cause) {
    return new StartFailure(
        StartFailure.CONFIGURATION,
        "cannot bind " + text + ": write HOST:PORT, [IPV6]:PORT or unix:PATH",
        cause);
  }
}
