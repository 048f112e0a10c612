package org.yimmo.wsgi.mod.internal;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
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
 * A process in which the components are activated and deactivated as its arguments say; it prints
 * what is registered and unregistered.
 *
 * <ul>
 *   <li>{@code activate key=value …}: the components of {@code org.yimmo.wsgi.mod}
 *   <li>{@code update key=value …}: those of a further class loader, as after an update
 *   <li>{@code deploy key=value …}: one of {@code org.yimmo.wsgi.mod.application}
 *   <li>{@code deactivate}: all, while the framework runs
 *   <li>{@code stop}: all, while the framework stops
 * </ul>
 */
final class ComponentJvm {
  private static boolean stopping;

  private ComponentJvm() {}

  public static void main(String[] steps) throws Exception {
    var components = new ArrayDeque<Object>();
    for (var step : steps) {
      var words = List.of(step.split(" "));
      var settings = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "activate" -> activate(components, ComponentJvm.class.getClassLoader(), settings);
        case "update" -> activate(components, furtherLoader(), settings);
        case "deploy" -> {
          var runtime = components.getLast();
          var loader = runtime.getClass().getClassLoader();
          components.push(component(loader, DeployedApplication.class, settings, runtime));
        }
        case "deactivate" -> deactivate(components);
        case "stop" -> {
          stopping = true;
          deactivate(components);
        }
        default -> throw new IllegalArgumentException(step);
      }
    }
    System.exit(0);
  }

  private static void activate(Deque<Object> components, ClassLoader loader, List<String> settings)
      throws ReflectiveOperationException {
    var runtime = component(loader, PythonRuntime.class, settings);
    components.push(runtime);
    components.push(component(loader, CommandLineApplication.class, settings, runtime));
  }

  private static Object component(
      ClassLoader loader, Class<?> type, List<String> settings, Object... references)
      throws ReflectiveOperationException {
    var constructor = loader.loadClass(type.getName()).getConstructors()[0];
    var config = loader.loadClass(type.getName() + "$Config");
    var arguments = new ArrayList<Object>(List.of(context()));
    arguments.addAll(List.of(references));
    arguments.add(config(config, settings));
    return constructor.newInstance(arguments.toArray());
  }

  private static void deactivate(Deque<Object> components) throws ReflectiveOperationException {
    while (!components.isEmpty()) {
      var component = components.pop();
      var method = component.getClass().getDeclaredMethod("deactivate");
      method.setAccessible(true);
      method.invoke(component);
    }
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
        if (!name.startsWith("org.yimmo.wsgi.mod.")) {
          return super.loadClass(name, resolve);
        }
        var loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
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
        (_, method, _) -> {
          var value = values.getOrDefault(method.getName(), method.getDefaultValue());
          return method.getReturnType().isArray() && value instanceof String text
              ? text.split(",")
              : value;
        });
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
