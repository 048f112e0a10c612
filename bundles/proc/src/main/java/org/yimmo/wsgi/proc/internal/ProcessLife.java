package org.yimmo.wsgi.proc.internal;

import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.IntConsumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.condition.Condition;

/**
 * The life of this process: says when it is ready, and ends it on a signal, on a failure at start,
 * or when the check it was started for is done.
 */
@Component(
    service = {},
    configurationPid = "org.yimmo.wsgi.proc",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ProcessLife {
  private static final System.Logger LOG = System.getLogger(ProcessLife.class.getName());

  private final IntConsumer exit;
  private final boolean checking;
  private final Signals signals;
  private final PrintStream out;
  private final PrintStream err;

  /** Properties of the PID {@code org.yimmo.wsgi.proc}. */
  @interface Configuration {
    /** {@code worker} or {@code check}. */
    String role() default "worker";
  }

  @Activate
  public ProcessLife(
      @Reference(target = "(yimmo.exit=true)") IntConsumer exit, Configuration configuration) {
    this(exit, configuration.role(), Signals.ofProcess(), System.out, System.err);
  }

  ProcessLife(IntConsumer exit, String role, Signals signals, PrintStream out, PrintStream err) {
    this.exit = exit;
    checking = role.equals("check");
    this.signals = signals;
    this.out = out;
    this.err = err;
    signals.onStop(this::stop);
  }

  @Deactivate
  void deactivate() {
    signals.close();
  }

  private void stop(String signal) {
    LOG.log(Level.INFO, "{0}: stopping", signal);
    exit.accept(0);
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.failed)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void failed(Condition condition, Map<String, Object> properties) {
    err.println(sentence(String.valueOf(properties.get("message"))));
    err.flush();
    exit.accept((Integer) properties.get("exit.status"));
  }

  /** The last line says what is wrong; a traceback may stand before it. */
  private static String sentence(String message) {
    var text = message.stripTrailing();
    var last = text.lastIndexOf('\n') + 1;
    return text.substring(0, last) + "yimmo-wsgi: " + text.substring(last);
  }

  @Reference(
      target = "(osgi.condition.id=yimmo.application.loaded)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "withdrawn")
  void loaded(Condition condition, Map<String, Object> properties) {
    if (checking) {
      out.println(properties.get("message"));
      out.flush();
      exit.accept(0);
    }
  }

  /** What was said stays said: a failure or a check has already ended the process. */
  void withdrawn(Condition condition) {}
}
