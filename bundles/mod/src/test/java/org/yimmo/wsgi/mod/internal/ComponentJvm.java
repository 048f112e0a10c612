package org.yimmo.wsgi.mod.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;

/**
 * A process in which the component is activated and deactivated as its arguments say; it prints
 * what is registered and unregistered.
 *
 * <ul>
 *   <li>{@code activate key=value …}: the component of this class path
 *   <li>{@code update key=value …}: the component of a further class loader, as after an update
 *   <li>{@code deactivate}: while the framework runs
 *   <li>{@code stop}: while the framework stops
 * </ul>
 */
final class ComponentJvm {
  private static boolean stopping;

  private ComponentJvm() {}

  public static void main(String[] steps) throws Exception {
    var component = new Object();
    for (var step : steps) {
      var words = List.of(step.split(" "));
      switch (words.getFirst()) {
        case "activate" -> component = activate(ComponentJvm.class.getClassLoader(), words);
        case "update" -> component = activate(furtherLoader(), words);
        case "deactivate" -> deactivate(component);
        case "stop" -> {
          stopping = true;
          deactivate(component);
        }
        default -> throw new IllegalArgumentException(step);
      }
    }
    System.exit(0);
  }

  private static Object activate(ClassLoader loader, List<String> words) throws Exception {
    var component = loader.loadClass(ModComponent.class.getName());
    var config = loader.loadClass(ModComponent.Config.class.getName());
    Constructor<?> constructor = component.getConstructor(BundleContext.class, config);
    return constructor.newInstance(context(), config(config, words.subList(1, words.size())));
  }

  private static void deactivate(Object component) throws ReflectiveOperationException {
    var method = component.getClass().getDeclaredMethod("deactivate");
    method.setAccessible(true);
    method.invoke(component);
  }

  /** Only the classes of this bundle are its own. */
  private static ClassLoader furtherLoader() {
    var urls =
        PythonJvm.classPath().stream()
            .filter(entry -> entry.contains("/mod/target/"))
            .map(entry -> url(entry))
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ComponentJvm.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith("org.yimmo.wsgi.mod.")
            ? findClass(name)
            : super.loadClass(name, resolve);
      }
    };
  }

  private static URL url(String path) {
    try {
      return URI.create("file:" + path + (path.endsWith(".jar") ? "" : "/")).toURL();
    } catch (java.net.MalformedURLException e) {
      throw new AssertionError(e);
    }
  }

  private static Object config(Class<?> type, List<String> settings) {
    Map<String, Object> values = new HashMap<>();
    for (var setting : settings) {
      var parts = setting.split("=", 2);
      values.put(parts[0], parts[1]);
    }
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (_, method, _) ->
            values.getOrDefault(
                method.getName(), method.getReturnType().isArray() ? new String[0] : ""));
  }

  private static BundleContext context() {
    var bundle =
        proxy(
            Bundle.class,
            (method, _) ->
                switch (method) {
                  case "getVersion" -> new Version(4, 5, 6);
                  case "getState" -> stopping ? Bundle.STOPPING : Bundle.ACTIVE;
                  default -> throw new UnsupportedOperationException(method);
                });
    return proxy(
        BundleContext.class,
        (method, arguments) ->
            switch (method) {
              case "getBundle" -> bundle;
              case "registerService" -> registration((Class<?>) arguments[0], arguments[2]);
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private static ServiceRegistration<?> registration(Class<?> type, Object properties) {
    var dictionary = (Dictionary<?, ?>) properties;
    var sorted = new TreeMap<String, Object>();
    for (var key : Collections.list(dictionary.keys())) {
      sorted.put((String) key, dictionary.get(key));
    }
    System.out.println("+ " + type.getSimpleName() + " " + sorted);
    return proxy(
        ServiceRegistration.class,
        (_, _) -> {
          System.out.println("- " + type.getSimpleName());
          return null;
        });
  }

  /** What a faked interface answers. */
  @FunctionalInterface
  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
