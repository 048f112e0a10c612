package org.yimmo.wsgi.mod.internal;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** A JVM of its own for tests with one CPython. */
final class PythonJvm {
  private static final long DEADLINE_MINUTES = 5;

  private PythonJvm() {}

  /** What a JVM printed, and how it ended. */
  record Result(int status, String output) {}

  /** In the parent: runs {@code main} of a class with system properties and environment. */
  static Result run(
      Class<?> main,
      Map<String, String> properties,
      Map<String, String> environment,
      String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1"); // short runs
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(List.of(arguments));
    var output = Files.createTempFile("python-jvm", ".log");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().remove("PYTHONUNBUFFERED");
    builder.environment().putAll(environment);
    var process = builder.start();
    try {
      if (!process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError("hangs:\n" + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  /** The class path entries, where tests want to know. */
  static List<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).toList();
  }

  /** In the child: runs test classes, then ends Python; the status tells how many failed. */
  public static void main(String[] classes) {
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Stream.of(classes).map(DiscoverySelectors::selectClass).toList())
            .build();
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary);
    summary
        .getSummary()
        .printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 12);
    System.out.println(summary.getSummary().getTestsSucceededCount() + " tests succeeded");
    LivePython.end();
    System.out.println("Python has ended");
    System.exit((int) summary.getSummary().getTotalFailureCount());
  }
}
