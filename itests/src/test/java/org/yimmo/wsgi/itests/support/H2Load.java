package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The load generator of nghttp2: many clients of HTTP/2 with many streams each. */
public final class H2Load {
  private static final Pattern REQUESTS =
      Pattern.compile(
          "requests: .* (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");

  private H2Load() {}

  /** What came of it; {@code failed} counts whatever was not answered with 2xx or 3xx. */
  public record Tally(int succeeded, int failed, String text) {}

  /**
   * Runs to the end. The test is skipped where there is no h2load; where everything is to be tested
   * (CI=true) it fails instead.
   */
  public static Tally run(String url, String... options) {
    var command = new ArrayList<>(List.of("h2load"));
    command.addAll(List.of(options));
    command.add(url);
    var said = Curl.run(command);
    if (Pythons.COMPLETE && said.isEmpty()) {
      throw new AssertionError("h2load is needed: install nghttp2-client");
    }
    assumeTrue(said.isPresent(), "h2load of nghttp2-client is needed");
    var text = said.orElse("");
    var counts = REQUESTS.matcher(text);
    if (!counts.find()) {
      throw new AssertionError("h2load failed:\n" + text);
    }
    return new Tally(Integer.parseInt(counts.group(1)), Integer.parseInt(counts.group(2)), text);
  }
}
