package org.yimmo.wsgi.console.internal;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/**
 * Gogo in this process, with the commands of its parts.
 *
 * <p>The bundle gogo.jline is not started: it would take the terminal of the process.
 */
final class Gogo implements AutoCloseable {
  private static final List<String> STARTED =
      List.of("org.apache.felix.gogo.runtime", "org.apache.felix.gogo.command");

  private static final List<String> BUILTIN =
      List.of("format", "getopt", "new", "set", "tac", "type", "jobs", "fg", "bg", "history");

  private static final List<String> PROCEDURAL =
      List.of("each", "if", "not", "throw", "try", "until", "while", "break", "continue");

  private static final List<String> POSIX =
      List.of(
          "cat", "echo", "grep", "sort", "sleep", "cd", "pwd", "ls", "less", "watch", "head",
          "tail", "clear", "wc", "date");

  private final BundleContext context;
  private final CommandProcessor processor;
  private final Commands commands;
  private final List<ServiceRegistration<?>> registered = new CopyOnWriteArrayList<>();

  /**
   * @throws IllegalStateException its bundles cannot be started
   */
  Gogo(BundleContext context) {
    this.context = context;
    for (var bundle : context.getBundles()) {
      if (STARTED.contains(bundle.getSymbolicName())) {
        start(bundle);
      }
    }
    processor = context.getService(context.getServiceReference(CommandProcessor.class));
    registered.add(context.registerService(Converter.class, new ShownConverter(), null));
    registered.add(context.registerService(Converter.class, new Converters(context), null));
    register(Builtin.class, new Builtin(), BUILTIN);
    register(Procedural.class, new Procedural(), PROCEDURAL);
    register(Posix.class, new Posix(processor), POSIX);
    register(Shell.class, new Shell(new Surroundings(), processor), List.of("help", "source"));
    commands = new Commands(context);
    add(Stream.of(new Help(commands, () -> names().toList()).command()));
    commands.open();
  }

  private static void start(Bundle bundle) {
    try {
      bundle.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new IllegalStateException("cannot start " + bundle.getSymbolicName(), e);
    }
  }

  private <T> void register(Class<T> type, T service, List<String> functions) {
    registered.add(
        context.registerService(
            type,
            service,
            FrameworkUtil.asDictionary(
                Map.of(
                    "osgi.command.scope",
                    "gogo",
                    "osgi.command.function",
                    functions.toArray(String[]::new)))));
  }

  /** What the shell asks for; an exit of the shell is none of the process. */
  private final class Surroundings implements Shell.Context {
    @Override
    public String getProperty(String name) {
      return context.getProperty(name);
    }

    @Override
    public void exit() {}
  }

  CommandProcessor processor() {
    return processor;
  }

  /** The commands of this server. */
  Commands commands() {
    return commands;
  }

  /** Adds commands of the console itself. */
  void add(Stream<Command> more) {
    more.map(commands::add).forEach(registered::add);
  }

  /** Of all commands, with their scopes. */
  Stream<String> names() {
    try (var session =
        processor.createSession(InputStream.nullInputStream(), nowhere(), nowhere())) {
      return ((Set<?>) session.get(CommandSessionImpl.COMMANDS))
          .stream().map(String::valueOf).sorted();
    }
  }

  private static OutputStream nowhere() {
    return OutputStream.nullOutputStream();
  }

  BundleContext context() {
    return context;
  }

  @Override
  public void close() {
    commands.close();
    registered.forEach(ServiceRegistration::unregister);
  }
}
