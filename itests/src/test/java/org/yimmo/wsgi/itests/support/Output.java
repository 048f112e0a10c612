package org.yimmo.wsgi.itests.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The lines that a process writes to one stream. */
public final class Output {
  /** On a busy machine the start of a process takes many seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final List<String> lines = new ArrayList<>(); // guarded by lines
  private final Thread reader;

  private Output(InputStream stream) {
    reader = Thread.ofPlatform().daemon().name("output").start(() -> read(stream));
  }

  static Output of(InputStream stream) {
    return new Output(stream);
  }

  private void read(InputStream stream) {
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException _) {
      // the process was killed; what was read counts
    }
  }

  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  public String text() {
    return String.join("\n", lines());
  }

  /** How many lines there are: what is written from now on comes after them. */
  public int mark() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /** The first line in which {@code pattern} is found. */
  public Optional<MatchResult> find(Pattern pattern) {
    return find(pattern, 0);
  }

  private Optional<MatchResult> find(Pattern pattern, int mark) {
    return lines().stream()
        .skip(mark)
        .map(pattern::matcher)
        .filter(matcher -> matcher.find())
        .map(matcher -> matcher.toMatchResult())
        .findFirst();
  }

  /** Waits for a line in which {@code pattern} is found. */
  public MatchResult await(String pattern) {
    return await(pattern, 0);
  }

  /** Waits for a line in which {@code pattern} is found, after the first {@code mark} lines. */
  public MatchResult await(String pattern, int mark) {
    var compiled = Pattern.compile(pattern);
    try {
      return Await.value("a line with " + pattern, PATIENCE, () -> find(compiled, mark));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; written was:\n" + text(), e);
    }
  }

  void awaitEnd() throws InterruptedException {
    reader.join(10_000);
  }
}
