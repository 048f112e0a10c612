package org.yimmo.wsgi.proc.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The signals that end this process.
 *
 * <p>With a shutdown hook alone the JVM would exit with 143 or 130; an ordered stop is a success.
 */
abstract class Signals implements AutoCloseable {
  /** Calls {@code stop} with the name of each TERM or INT that arrives, on a thread of the JVM. */
  abstract void onStop(Consumer<String> stop);

  /** Gives the signals back to whoever handled them before. */
  @Override
  public abstract void close();

  static Signals ofProcess() {
    return new OfProcess();
  }

  private static final class OfProcess extends Signals {
    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    @Override
    void onStop(Consumer<String> stop) {
      for (var name : new String[] {"TERM", "INT"}) {
        var signal = new Signal(name);
        before.put(
            signal, Signal.handle(signal, received -> stop.accept("SIG" + received.getName())));
      }
    }

    @Override
    public void close() {
      before.forEach(Signal::handle);
    }
  }
}
