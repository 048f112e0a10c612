package org.yimmo.wsgi.itests.support;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.nat.internal.NativeTestContainerFactory;
import org.ops4j.pax.exam.spi.PaxExamRuntime;
import org.yimmo.wsgi.itests.support.Distribution.ShippedBundle;

/**
 * Runs the methods of a test class inside a Felix container with the bundles of the distribution.
 *
 * <p>Test classes and methods are public and take no parameters; {@code @Inject} fields get
 * services. {@code @BeforeEach} runs outside the container.
 */
public final class PaxExam implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {
  private final Map<String, TestAddress> addresses = new HashMap<>();
  private ExamSystem system;
  private TestContainer container;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    system = PaxExamRuntime.createTestSystem(options());
    container = new NativeTestContainerFactory().create(system)[0];
    container.start();
    var probe = system.createProbe();
    var testClass = context.getRequiredTestClass();
    for (var method : testClass.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        addresses.put(method.getName(), probe.addTest(testClass, method.getName()));
      }
    }
    container.installProbe(probe.build().getStream());
  }

  private static Option[] options() throws IOException {
    var options = new ArrayList<Option>();
    options.add(frameworkStartLevel(6));
    // The manifest says JavaSE 25; Felix would derive packages for an older release by default.
    options.add(frameworkProperty("org.osgi.framework.bootdelegation").value("sun.misc"));
    options.add(systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("ERROR"));
    for (var shipped : inContainer()) {
      var provision = bundle(shipped.jar().toUri().toString()).startLevel(shipped.startLevel());
      options.add(shipped.fragment() ? provision.noStart() : provision);
    }
    var needed = Path.of(System.getProperty("yimmo.container.bundles"));
    try (var jars = Files.newDirectoryStream(needed, "*.jar")) {
      jars.forEach(jar -> options.add(bundle(jar.toUri().toString()).startLevel(2)));
    }
    return options.toArray(Option[]::new);
  }

  /**
   * Every bundle that the launcher starts but the one that reads the command line: the tests
   * publish configuration.
   */
  public static List<ShippedBundle> inContainer() {
    return Distribution.bundles().stream()
        .filter(ShippedBundle::launched)
        .filter(shipped -> !shipped.symbolicName().equals("org.yimmo.wsgi.cli"))
        .toList();
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    invocation.skip();
    try {
      container.call(addresses.get(context.getRequiredTestMethod().getName()));
    } catch (Exception e) {
      throw causeInsideTheContainer(e);
    }
  }

  private static Throwable causeInsideTheContainer(Throwable thrown) {
    var cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof InvocationTargetException
            || cause.getClass().getName().startsWith("org.ops4j."))) {
      cause = cause.getCause();
    }
    return cause;
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (container != null) {
      container.stop();
    }
    if (system != null) {
      system.clear();
    }
  }
}
