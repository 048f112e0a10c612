package org.yimmo.wsgi.itests.support;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
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
import org.ops4j.pax.exam.TestContainerFactory;
import org.ops4j.pax.exam.forked.ForkedTestContainerFactory;
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
  /** On a test class: its container runs in a JVM of its own, because Python starts once in one. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  public @interface OwnJvm {}

  private final Map<String, TestAddress> addresses = new HashMap<>();
  private ExamSystem system;
  private TestContainer container;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    var testClass = context.getRequiredTestClass();
    system = PaxExamRuntime.createTestSystem(options());
    container = factory(testClass).create(system)[0];
    container.start();
    var probe = system.createProbe();
    for (var method : testClass.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        addresses.put(method.getName(), probe.addTest(testClass, method.getName()));
      }
    }
    container.installProbe(probe.build().getStream());
  }

  private static TestContainerFactory factory(Class<?> testClass) {
    return testClass.isAnnotationPresent(OwnJvm.class)
        ? new ForkedTestContainerFactory()
        : new NativeTestContainerFactory();
  }

  private static Option[] options() throws IOException {
    var options = new ArrayList<Option>();
    options.add(frameworkStartLevel(6));
    // The manifest says JavaSE 25; Felix would derive packages for an older release by default.
    options.add(frameworkProperty("org.osgi.framework.bootdelegation").value("sun.misc"));
    options.add(systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("ERROR"));
    for (var name : List.of("yimmo.example.bundle", "yimmo.api.bundle")) {
      options.add(systemProperty(name).value(System.getProperty(name)));
    }
    options.add(
        vmOptions("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
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
