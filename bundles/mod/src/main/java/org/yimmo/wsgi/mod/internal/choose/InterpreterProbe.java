package org.yimmo.wsgi.mod.internal.choose;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks interpreters about themselves by running them once, and remembers the answer of binaries: a
 * script, such as a shim of pyenv, may start another interpreter the next time.
 */
final class InterpreterProbe implements InterpreterChoice.Probe {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.mod");
  private static final int MAX_SHOWN = 80;
  private static final int LONGEST_SECONDS = 20;

  private final CacheFolder cache;

  InterpreterProbe(CacheFolder cache) {
    this.cache = cache;
  }

  @Override
  public Report ask(Path interpreter) throws PythonUnusable {
    try {
      var identity = identity(interpreter);
      if (identity.isPresent()) {
        var remembered = remembered(interpreter, identity.get());
        if (remembered.isPresent()) {
          return remembered.get();
        }
      }
      var lines = run(interpreter);
      var report = Report.parse(lines);
      if (!report.complete()) {
        throw new PythonUnusable(
            "%s is not a Python interpreter: it says \"%s\""
                .formatted(interpreter, String.join(" ", lines)));
      }
      identity.ifPresent(id -> remember(interpreter, id, lines));
      return report;
    } catch (IOException e) {
      throw new PythonUnusable("cannot run " + interpreter + ": " + e.getMessage(), e);
    }
  }

  /** What changes when the interpreter is replaced; empty for a script. */
  private static Optional<String> identity(Path interpreter) throws IOException {
    var binary = interpreter.toRealPath();
    try (var content = Files.newInputStream(binary)) {
      if (new String(content.readNBytes(2), StandardCharsets.ISO_8859_1).equals("#!")) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "%s %d %s"
            .formatted(Files.getLastModifiedTime(binary), Files.size(binary), binary.toString()));
  }

  /** A virtual environment is told by its own path, not by the binary that it links to. */
  private Path memory(Path interpreter) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest((interpreter + "\n" + script()).getBytes(StandardCharsets.UTF_8));
      return cache.folder("interpreters").resolve(HexFormat.of().formatHex(digest, 0, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private Optional<Report> remembered(Path interpreter, String identity) {
    try {
      var lines = Files.readAllLines(memory(interpreter));
      return lines.isEmpty() || !lines.getFirst().equals(identity)
          ? Optional.empty()
          : Optional.of(Report.parse(lines.subList(1, lines.size())));
    } catch (IOException | UncheckedIOException _) {
      return Optional.empty(); // the usual case: it was not asked before
    }
  }

  /** Being unable to remember costs time at the next start, nothing else. */
  private void remember(Path interpreter, String identity, List<String> lines) {
    try {
      var memory = memory(interpreter);
      var content = new ArrayList<String>();
      content.add(identity);
      content.addAll(lines);
      var fresh = Files.createTempFile(memory.getParent(), "new", "");
      Files.write(fresh, content);
      Files.move(fresh, memory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot remember what " + interpreter + " says", e);
    }
  }

  /** -I: nothing of the user's environment, -S: no site-packages; only sysconfig is needed. */
  private static List<String> run(Path interpreter) throws IOException, PythonUnusable {
    var process =
        new ProcessBuilder(interpreter.toString(), "-I", "-S", "-c", script())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    var deadline =
        process
            .onExit()
            .orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS)
            .exceptionally(_ -> {
              process.descendants().forEach(ProcessHandle::destroyForcibly);
              return process.destroyForcibly();
            });
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      var lines = output.lines().toList();
      var status = deadline.join().waitFor();
      if (status != 0) {
        throw new PythonUnusable(
            "%s ended with status %d when asked for its version: %s"
                .formatted(interpreter, status, beginning(String.join(" ", lines))));
      }
      return lines;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new PythonUnusable("interrupted while asking " + interpreter + " for its version");
    }
  }

  /** What is no Python may answer at any length, and with the question in it. */
  private static String beginning(String answer) {
    return answer.length() <= MAX_SHOWN ? answer : answer.substring(0, MAX_SHOWN) + "…";
  }

  private static String script() {
    try (var source = InterpreterProbe.class.getResourceAsStream("probe.py")) {
      return new String(source.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read probe.py of this bundle", e);
    }
  }
}
