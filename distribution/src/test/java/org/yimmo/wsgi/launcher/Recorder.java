package org.yimmo.wsgi.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleReference;

/**
 * The activator of the tiny bundles: notes its start and stop where the test can see it, in a
 * system property, and does what the headers of its bundle say.
 */
public final class Recorder implements BundleActivator {
  static final String EVENTS = "launcher.test.events";

  @Override
  public void start(BundleContext context) throws Exception {
    var awaited = header(context, "Test-Await");
    while (!awaited.isEmpty() && !System.getProperty(EVENTS, "").contains(awaited + " ")) {
      Thread.sleep(1);
    }
    note("+" + context.getBundle().getSymbolicName());
    for (var status : header(context, "Test-Exit").split(",", -1)) {
      if (!status.isEmpty()) {
        exit(context).accept(Integer.parseInt(status));
      }
    }
    var property = header(context, "Test-Property");
    if (!property.isEmpty()) {
      note(property + "=" + context.getProperty(property));
    }
    if (!header(context, "Test-Loader").isEmpty()) {
      note(
          Recorder.class.getClassLoader() instanceof BundleReference
              ? "from-the-bundle"
              : "from-the-class-path");
    }
    if (!header(context, "Test-Throw").isEmpty()) {
      throw new IllegalStateException(header(context, "Test-Throw"));
    }
  }

  @Override
  public void stop(BundleContext context) throws Exception {
    note("-" + context.getBundle().getSymbolicName());
    if (!header(context, "Test-Hang").isEmpty()) {
      new CountDownLatch(1).await();
    }
  }

  private static IntConsumer exit(BundleContext context) throws Exception {
    var service = context.getServiceReferences(IntConsumer.class, "(yimmo.exit=true)");
    return context.getService(service.iterator().next());
  }

  private static String header(BundleContext context, String name) {
    var value = context.getBundle().getHeaders("").get(name);
    return value == null ? "" : value;
  }

  /** Each bundle has a class of its own, so this one cannot be the lock. */
  private static void note(String event) {
    synchronized (System.getProperties()) {
      System.setProperty(EVENTS, System.getProperty(EVENTS, "") + event + " ");
    }
  }
}
