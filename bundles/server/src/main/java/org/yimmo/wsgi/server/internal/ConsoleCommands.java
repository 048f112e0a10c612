package org.yimmo.wsgi.server.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.session.ExchangeSummary;
import org.yimmo.wsgi.session.SessionSummary;

/** What the console shows of connections and requests in flight (docs/wiring.md). */
record ConsoleCommands(IoThread ioThread) {
  private static final int MANY = 200;
  private static final int MOST = 10_000;

  static ConsoleCommands of(IoThread ioThread) {
    return new ConsoleCommands(ioThread);
  }

  Stream<ServiceRegistration<?>> register(BundleContext bundle) {
    return Stream.of(
        register(
            bundle,
            this::sessions,
            Map.of(
                "yimmo.command",
                "sessions",
                "yimmo.command.usage",
                "[NUMBER]",
                "yimmo.command.description",
                "Shows the connections, the oldest first, %d of them or NUMBER.".formatted(MANY),
                "yimmo.command.example",
                "yimmo:sessions 20")),
        register(
            bundle,
            this::exchanges,
            Map.of(
                "yimmo.command",
                "exchanges",
                "yimmo.command.description",
                "Shows every request in flight, the oldest first.",
                "yimmo.command.example",
                "yimmo:exchanges --json")));
  }

  private static ServiceRegistration<?> register(
      BundleContext bundle,
      Function<List<String>, Object> command,
      Map<String, Object> properties) {
    return bundle.registerService(Function.class, command, FrameworkUtil.asDictionary(properties));
  }

  private List<Map<String, Object>> sessions(List<String> arguments) {
    var most = number(arguments);
    var sessions =
        ioThread.survey(connections ->
            connections.stream()
                .flatMap(connection -> connection.summary().stream())
                .limit(most)
                .toList());
    var now = System.nanoTime();
    return sessions.stream().map(session -> row(session, now)).toList();
  }

  private static int number(List<String> arguments) {
    if (arguments.isEmpty()) {
      return MANY;
    }
    if (arguments.size() > 1 || !arguments.getFirst().matches("[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException(
          "sessions takes a number of connections to show: write yimmo:sessions 20");
    }
    return Math.min(Integer.parseInt(arguments.getFirst()), MOST);
  }

  private static Map<String, Object> row(SessionSummary session, long now) {
    var row = new LinkedHashMap<String, Object>();
    row.put("client", client(session.endpoints()));
    row.put("protocol", session.protocol());
    row.put("tls", session.endpoints().secure());
    row.put("state", session.state().name().toLowerCase(Locale.ROOT));
    row.put("age.seconds", TimeUnit.NANOSECONDS.toSeconds(now - session.openedNanos()));
    row.put("requests", session.requests());
    row.put("in-flight", session.inFlight());
    return row;
  }

  private List<Map<String, Object>> exchanges(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new IllegalArgumentException("exchanges takes no arguments: write yimmo:exchanges");
    }
    var exchanges =
        new ArrayList<>(
            ioThread.survey(connections ->
                connections.stream()
                    .flatMap(connection -> connection.exchanges().stream())
                    .toList()));
    var now = System.nanoTime();
    exchanges.sort((one, other) -> Long.compare(age(other, now), age(one, now)));
    return exchanges.stream().map(exchange -> row(exchange, now)).toList();
  }

  private static long age(ExchangeSummary summary, long now) {
    return now - summary.exchange().receivedNanos();
  }

  private static Map<String, Object> row(ExchangeSummary summary, long now) {
    var request = summary.exchange().request();
    var row = new LinkedHashMap<String, Object>();
    row.put("thread", summary.worker());
    row.put("state", summary.state().name().toLowerCase(Locale.ROOT));
    row.put("age.millis", TimeUnit.NANOSECONDS.toMillis(age(summary, now)));
    row.put("client", client(request.endpoints()));
    row.put("method", request.method());
    row.put("target", request.target());
    return row;
  }

  private static String client(Endpoints endpoints) {
    if (endpoints.remoteAddress().isEmpty()) {
      return "unix:" + endpoints.localAddress();
    }
    return (endpoints.remoteAddress().indexOf(':') < 0
            ? endpoints.remoteAddress()
            : "[" + endpoints.remoteAddress() + "]")
        + ":"
        + endpoints.remotePort();
  }
}
