package org.yimmo.wsgi.proc.internal;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The signals that this process answers.
 *
 * <p>With a shutdown hook alone the JVM would exit with 143 or 130; an ordered stop is a success.
 */
public abstract class Signals implements AutoCloseable {
  /**
   * Runs the task for each signal of this name that arrives, on a thread of the JVM.
   *
   * @param name without SIG
   */
  public abstract void on(String name, Runnable task);

  /** Gives the signals back to whoever handled them before. */
  @Override
  public abstract void close();

  public static Signals ofProcess() {
    return new OfProcess();
  }

  private static final class OfProcess extends Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    @Override
    public void on(String name, Runnable task) {
      try {
        var signal = new Signal(name);
        var previous = Signal.handle(signal, _ -> task.run());
        before.putIfAbsent(signal, previous);
      } catch (IllegalArgumentException e) {
        // The JVM may keep a signal for itself: USR2, unless bin/yimmo-wsgi gave it another.
        LOG.log(Level.DEBUG, "SIG" + name + " cannot be handled", e);
      }
    }

    @Override
    public void close() {
      before.forEach(Signal::handle);
    }
  }
}
