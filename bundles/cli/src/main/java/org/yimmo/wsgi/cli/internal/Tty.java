package org.yimmo.wsgi.cli.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * The terminal of this process while every key of it is passed on: stty(1) does what Java cannot.
 *
 * <p>It is set back when closed, and when a signal ends the process before.
 */
final class Tty implements AutoCloseable {
  /** A size of a terminal in characters. */
  record Size(int columns, int rows) {}

  private static final Size USUAL = new Size(80, 24);

  private final String before;
  private final Thread hook = new Thread(this::restore, "restore terminal");

  private Tty(String before) {
    this.before = before;
  }

  /** Whether standard input and output are one. */
  @SuppressWarnings("SystemConsoleNull") // on JDK 25 it is null again where there is no terminal
  static boolean isOurs() {
    return System.console() != null;
  }

  static Size size() {
    try {
      var words = stty("size").split(" ", -1);
      return words.length == 2 && !words[1].equals("0")
          ? new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0]))
          : USUAL;
    } catch (IOException | NumberFormatException _) {
      return USUAL;
    }
  }

  /**
   * Passes every key on from now on.
   *
   * @param resized called when the size changes, on a thread of the JVM
   * @throws IOException stty cannot do it
   */
  static Tty raw(Consumer<Size> resized) throws IOException {
    var tty = new Tty(stty("-g"));
    Runtime.getRuntime().addShutdownHook(tty.hook);
    var _ = stty("raw", "-echo");
    Signal.handle(new Signal("WINCH"), _ -> resized.accept(size()));
    return tty;
  }

  @Override
  public void close() {
    restore();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private void restore() {
    try {
      var _ = stty(before);
    } catch (IOException e) {
      System.err.println("yimmo-wsgi: cannot set the terminal back; type reset: " + e.getMessage());
    }
  }

  /** What it says. */
  private static String stty(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT)
            .start();
    try (var output = process.getInputStream()) {
      var text = new String(output.readAllBytes(), US_ASCII).strip();
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
