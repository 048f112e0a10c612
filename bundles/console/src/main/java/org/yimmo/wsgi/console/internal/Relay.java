package org.yimmo.wsgi.console.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.yimmo.wsgi.console.internal.Frames.Kind;

/**
 * Commands of the workers, in their manager: each worker is asked, and what they give is shown
 * together, with the number of the worker in a column of its own.
 *
 * @param folder of the manager's sockets
 */
record Relay(Path folder) {
  private static final String SOCKET = "console-";
  private static final String FAILURE = "failure";
  private static final long PATIENCE_SECONDS = 10;

  /** As each bundle of a worker describes its own, in short. */
  Stream<Command> commands() {
    return Stream.of(
        command("workers", "", "Shows the worker threads of all worker processes."),
        command("sessions", "[NUMBER]", "Shows the connections of all worker processes."),
        command("exchanges", "", "Shows the requests in flight of all worker processes."),
        command("stacks", "", "Shows what every worker thread is doing, with its request."),
        command("apps", "", "Shows the applications of all worker processes."),
        command(
            "set",
            "SETTING VALUE",
            "Changes a setting in all worker processes that run. One that is started later has"
                + " what the command line and the file say."));
  }

  private Command command(String name, String usage, String description) {
    return new Command(
        name,
        usage,
        description + " More is told by a worker: yimmo-wsgi console --worker N help " + name,
        "yimmo:" + name + (name.equals("set") ? " idle-timeout 10" : ""),
        name.equals("set") ? this::liveSettings : List::of,
        words -> ask(name, words));
  }

  private List<String> liveSettings() {
    try {
      return ask("settings", List.of()).stream()
          .filter(row -> Boolean.TRUE.equals(row.get("live")))
          .map(row -> String.valueOf(row.get("setting")))
          .distinct()
          .toList();
    } catch (IllegalArgumentException | IllegalStateException _) {
      return List.of();
    }
  }

  private List<Map<String, Object>> ask(String name, List<String> words) {
    var line = "yimmo:" + name + quoted(words) + " --json";
    var answers = new TreeMap<Long, CompletableFuture<Object>>();
    sockets().forEach((number, socket) -> answers.put(number, asked(socket, line)));
    var rows = new ArrayList<Map<String, Object>>();
    answers.forEach((number, answer) -> rows.addAll(rows(number, answer)));
    if (!rows.isEmpty() && rows.stream().allMatch(row -> row.containsKey(FAILURE))) {
      throw new IllegalArgumentException(String.valueOf(rows.getFirst().get(FAILURE)));
    }
    return rows;
  }

  private static String quoted(List<String> words) {
    var line = new StringBuilder();
    words.forEach(word ->
        line.append(" '").append(word.replace("\\", "\\\\").replace("'", "\\'")).append('\''));
    return line.toString();
  }

  /** By number of the worker. */
  private Map<Long, Path> sockets() {
    var sockets = new TreeMap<Long, Path>();
    try (var files = Files.newDirectoryStream(folder, SOCKET + "*")) {
      for (var file : files) {
        sockets.put(Long.valueOf(file.getFileName().toString().substring(SOCKET.length())), file);
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      throw new IllegalStateException("cannot tell which workers there are: " + e.getMessage(), e);
    }
    return sockets;
  }

  private static CompletableFuture<Object> asked(Path socket, String line) {
    var answer = new CompletableFuture<Object>();
    Thread.ofPlatform()
        .daemon()
        .name("yimmo-console-relay")
        .start(() -> {
          try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var _ =
                answer
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .whenComplete((_, _) -> close(channel));
            answer.complete(Json.parse(answer(new Frames(channel), line)));
          } catch (IOException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String answer(Frames frames, String line) throws IOException {
    frames.write(Kind.REQUEST, Request.ofCommand(line));
    frames.write(Kind.INPUT, "");
    var output = new ByteArrayOutputStream();
    for (var next = frames.read(); next.isPresent(); next = frames.read()) {
      var frame = next.get();
      if (frame.kind() == Kind.EXIT) {
        if (!frame.text().equals("0")) {
          throw new IllegalArgumentException(output.toString(UTF_8).strip());
        }
        return output.toString(UTF_8);
      }
      output.write(frame.data().array());
    }
    throw new IOException("the worker broke off");
  }

  private static List<Map<String, Object>> rows(long number, CompletableFuture<Object> answer) {
    try {
      return switch (answer.join()) {
        case List<?> list -> list.stream().map(row -> row(number, (Map<?, ?>) row)).toList();
        case Map<?, ?> map -> List.of(row(number, map));
        default -> throw new IllegalStateException("worker " + number + " gives no rows");
      };
    } catch (CompletionException e) {
      return List.of(row(number, Map.of(FAILURE, reason(e.getCause()))));
    }
  }

  private static String reason(Throwable failure) {
    var why = failure.getMessage() == null ? "no answer" : failure.getMessage();
    return failure instanceof IOException ? "it ends, or has ended: " + why : why;
  }

  private static Map<String, Object> row(long number, Map<?, ?> values) {
    var row = new LinkedHashMap<String, Object>();
    row.put("worker", number);
    values.forEach((name, value) -> row.put(String.valueOf(name), value));
    return row;
  }
}
