package org.yimmo.wsgi.itests.support;

import java.nio.file.Path;

/** The standard library's WSGI server with an application: what ours must answer like. */
public final class Reference implements AutoCloseable {
  private final Running running;
  private final int port;

  private Reference(Running running, int port) {
    this.running = running;
    this.port = port;
  }

  /** Serves {@code application} of {@code directory} on the system's interpreter. */
  public static Reference start(Path directory, String application) {
    var script = Folders.fixtures().resolve("reference.py").toString();
    var running = Pythons.begin(directory, "-B", script, application);
    try {
      var port = Integer.parseInt(running.out().await("^port (\\d+)$").group(1));
      return new Reference(running, port);
    } catch (AssertionError e) {
      running.close();
      throw new AssertionError(e.getMessage() + "\n" + running.err().text(), e);
    }
  }

  public Wire connect() {
    return Wire.to(port);
  }

  @Override
  public void close() {
    running.close();
  }
}
