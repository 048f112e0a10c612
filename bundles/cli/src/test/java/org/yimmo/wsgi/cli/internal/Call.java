package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yimmo.wsgi.cli.internal.Invocation.Outcome;

/** A call of the program, as tests write it. */
record Call(List<String> arguments, Map<String, String> environment, Path directory, Path home) {
  static final long PID = 4711;
  static final Path HOME = Path.of("/opt/yimmo");

  static Call with(String... arguments) {
    return new Call(List.of(arguments), Map.of(), Path.of("/"), HOME);
  }

  Call and(String variable, String text) {
    var more = new HashMap<>(environment);
    more.put(variable, text);
    return new Call(arguments, more, directory, home);
  }

  Call in(Path other) {
    return new Call(arguments, environment, other, home);
  }

  Call from(Path distribution) {
    return new Call(arguments, environment, directory, distribution);
  }

  Invocation invocation() {
    return new Invocation(arguments, environment, PID, directory, home);
  }

  Settings settings() {
    return assertInstanceOf(Outcome.Start.class, invocation().outcome()).settings();
  }

  String refusal() {
    return assertInstanceOf(Outcome.Refuse.class, invocation().outcome()).sentence();
  }

  String shown() {
    return assertInstanceOf(Outcome.Show.class, invocation().outcome()).text();
  }

  Map<String, Map<String, Object>> published() {
    var start = assertInstanceOf(Outcome.Start.class, invocation().outcome());
    return Publication.of(start.settings(), start.role(), invocation());
  }
}
