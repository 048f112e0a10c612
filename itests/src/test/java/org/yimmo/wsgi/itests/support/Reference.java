package org.yimmo.wsgi.itests.support;

import java.nio.file.Path;
import java.util.Map;

/** The standard library's WSGI server with an application: what ours must answer like. */
public final class Reference implements AutoCloseable {
  /** Both servers iterate over sets of strings in the same order: frameworks show some of them. */
  public static final String HASH_SEED = "17";

  private final Running running;
  private final int port;

  private Reference(Running running, int port) {
    this.running = running;
    this.port = port;
  }

  /** Serves {@code application} of {@code directory} on the system's interpreter. */
  public static Reference start(Path directory, String application) {
    var script = Folders.fixtures().resolve("reference.py").toString();
    var running =
        Pythons.begin(directory, Map.of("PYTHONHASHSEED", HASH_SEED), "-B", script, application);
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
