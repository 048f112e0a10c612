package org.yimmo.wsgi.proc.internal.console;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

class ConsoleBundlesTest {
  private int frameworkState = Bundle.ACTIVE;

  /** Of a bundle that is stopped: it looks up no service and installs nothing. */
  private BundleContext stopped() {
    var framework =
        (Bundle)
            Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (_, method, _) -> {
                  assert method.getName().equals("getState") : method;
                  return frameworkState;
                });
    return (BundleContext)
        Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (_, method, _) -> {
              if (method.getName().equals("getBundle")) {
                return framework;
              }
              throw new IllegalStateException("Invalid BundleContext");
            });
  }

  @Test
  void saysThatTheConsoleCannotBeStarted() {
    var console = new ConsoleBundles(stopped());

    assertThrows(IllegalStateException.class, console::get);
  }

  @Test
  void leavesAConnectionThatComesWhileTheFrameworkStops() throws IOException {
    var console = new ConsoleBundles(stopped());
    frameworkState = Bundle.STOPPING;

    try (var channel = SocketChannel.open()) {
      assertDoesNotThrow(() -> console.get().accept(channel));
    }
  }
}
