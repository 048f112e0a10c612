package org.yimmo.wsgi.console.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

/**
 * A command of a bundle as one of Gogo: a service {@code Function<List<String>, Object>} that takes
 * arguments and gives maps, lists and plain values (docs/wiring.md).
 *
 * <p>Here is what all of them have in common: {@code --json} and {@code --help}.
 *
 * @param name without the scope
 * @param usage the arguments, for people; or empty
 * @param description a sentence or some, the first of which says what it does
 * @param example a line that could be typed
 * @param choices words that may be its first argument, of this moment; none: any
 */
record Command(
    String name,
    String usage,
    String description,
    String example,
    Supplier<List<String>> choices,
    java.util.function.Function<List<String>, Object> body)
    implements Function {
  static final String SCOPE = "yimmo";

  /** As a service describes itself. */
  static Command of(
      Map<String, Object> properties, java.util.function.Function<List<String>, Object> body) {
    return new Command(
        text(properties, "yimmo.command"),
        text(properties, "yimmo.command.usage"),
        text(properties, "yimmo.command.description"),
        text(properties, "yimmo.command.example"),
        choices(properties.get("yimmo.command.choices")),
        body);
  }

  private static Supplier<List<String>> choices(Object property) {
    return switch (property) {
      case String[] words -> () -> List.of(words);
      case Supplier<?> words ->
          () -> words.get() instanceof String[] now ? List.of(now) : List.of();
      case null, default -> List::of;
    };
  }

  private static String text(Map<String, Object> properties, String key) {
    return properties.get(key) instanceof String text ? text : "";
  }

  /**
   * @throws IllegalArgumentException the arguments are wrong; the message says what to write
   */
  @Override
  public Object execute(CommandSession session, List<Object> arguments) {
    var words = new ArrayList<String>();
    arguments.forEach(argument -> words.add(String.valueOf(argument)));
    if (words.contains("--help")) {
      return help();
    }
    var json = words.removeIf("--json"::equals);
    var result = body.apply(words);
    return json ? Json.of(result) : result;
  }

  /** What {@code help} shows of it in one line. */
  String summary() {
    var end = description.indexOf(". ");
    return end < 0 ? description : description.substring(0, end + 1);
  }

  /** Words that may follow it: its options, and what it names itself. */
  Stream<String> words() {
    var options = Stream.of(usage.split("[^\\w-]+", -1)).filter(word -> word.startsWith("--"));
    return Stream.of(options, choices.get().stream(), Stream.of("--help", "--json"))
        .flatMap(words -> words);
  }

  List<String> help() {
    return """
    %s:%s%s

    %s

    Example: %s
    With --json the result is JSON.\
    """
        .formatted(SCOPE, name, usage.isEmpty() ? "" : " " + usage, description, example)
        .lines()
        .toList();
  }
}
