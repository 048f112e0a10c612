package org.yimmo.wsgi.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations that make a container serve on a port, as {@code cli} would, until closed. */
public final class Serving implements AutoCloseable {
  public static final int THREADS = 2;

  private static final String SERVER = "org.yimmo.wsgi.server";
  private static final String WORKER = "org.yimmo.wsgi.worker";
  private static final String CONTEXT = "org.yimmo.wsgi.context";

  private final ConfigurationAdmin configurationAdmin;
  private final int port = freePort();

  public Serving(ConfigurationAdmin configurationAdmin) throws IOException {
    this(configurationAdmin, Map.of());
  }

  /** With further properties for the worker threads. */
  public Serving(ConfigurationAdmin configurationAdmin, Map<String, Object> worker)
      throws IOException {
    this.configurationAdmin = configurationAdmin;
    configure(CONTEXT, Map.of("multithread", true, "multiprocess", false));
    var properties = new HashMap<>(worker);
    properties.putAll(Map.of("threads", THREADS, "queue.capacity", 64));
    configure(WORKER, properties);
    configure(SERVER, server(port));
    Await.until("port " + port + " answers", () -> answers(port));
  }

  public int port() {
    return port;
  }

  public Wire connect() {
    return Wire.to(port);
  }

  /** Listens on another port. */
  public void move(int to) throws IOException {
    configure(SERVER, server(to));
  }

  private void configure(String pid, Map<String, Object> properties) throws IOException {
    configurationAdmin
        .getConfiguration(pid, "?")
        .updateIfDifferent(FrameworkUtil.asDictionary(properties));
  }

  private static Map<String, Object> server(int port) {
    return Map.ofEntries(
        Map.entry("bind", new String[] {"127.0.0.1:" + port}),
        Map.entry("idle.timeout.millis", 30_000L),
        Map.entry("header.timeout.millis", 30_000L),
        Map.entry("body.timeout.millis", 30_000L),
        Map.entry("write.timeout.millis", 30_000L),
        Map.entry("grace.period.millis", 10_000L),
        Map.entry("max.line.bytes", 8_192),
        Map.entry("max.fields.bytes", 65_536),
        Map.entry("max.body.bytes", 0L),
        Map.entry("body.memory.bytes", 65_536),
        Map.entry("max.connections", 1_000),
        Map.entry("transport", "auto"),
        Map.entry("access.log", ""),
        Map.entry("access.log.format", "combined"));
  }

  public static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }

  /** Whether something answers, whatever it says. */
  public static boolean answers(int port) {
    try (var wire = Wire.to(port)) {
      return wire.get("/").status() > 0;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    for (var pid : List.of(SERVER, WORKER, CONTEXT)) {
      configurationAdmin.getConfiguration(pid, "?").delete();
    }
    Await.until("port " + port + " is closed", () -> !answers(port));
  }
}
