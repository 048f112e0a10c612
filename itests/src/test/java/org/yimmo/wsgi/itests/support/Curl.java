package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Programs of the machine, above all curl, for what {@link Wire} cannot reach. */
public final class Curl {
  private Curl() {}

  /** The content of the response; the test is skipped where there is no curl. */
  public static String get(String... arguments) {
    var command = new ArrayList<>(List.of("curl", "-sS", "--globoff", "--noproxy", "*"));
    command.addAll(List.of(arguments));
    var said = run(command);
    assumeTrue(said.isPresent(), "curl is needed");
    return said.orElse("");
  }

  /** What a program writes; empty if there is none of that name. */
  public static Optional<String> run(List<String> command) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException _) {
      return Optional.empty();
    }
    try (var output = process.getInputStream()) {
      return Optional.of(new String(output.readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what " + command + " writes", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
