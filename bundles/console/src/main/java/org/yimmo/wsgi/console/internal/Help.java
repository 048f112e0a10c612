package org.yimmo.wsgi.console.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code help}: the commands of this server, or one of them.
 *
 * @param names of all commands of Gogo, with their scopes
 */
record Help(Commands commands, Supplier<? extends Iterable<String>> names)
    implements Function<List<String>, Object> {
  Command command() {
    return new Command(
        "help",
        "[COMMAND]",
        "Shows the commands of this server, or tells what one of them does. The others are those"
            + " of Apache Felix: those of the scope felix for bundles and services, of scr for"
            + " components, of gogo for the shell itself. They explain themselves with --help.",
        "help yimmo:workers",
        List::of,
        this);
  }

  @Override
  public Object apply(List<String> arguments) {
    return switch (arguments.size()) {
      case 0 -> overview();
      case 1 -> one(arguments.getFirst());
      default ->
          throw new IllegalArgumentException("help tells of one command at a time: help COMMAND");
    };
  }

  private Map<String, Object> overview() {
    var overview = new LinkedHashMap<String, Object>();
    var ours = new ArrayList<Map<String, Object>>();
    for (var command : commands.all()) {
      var row = new LinkedHashMap<String, Object>();
      row.put("command", (Command.SCOPE + ":" + command.name() + " " + command.usage()).strip());
      row.put("what it does", command.summary());
      ours.add(row);
    }
    overview.put("commands of this server", ours);
    overview.put("all others", others());
    return overview;
  }

  private List<String> others() {
    var byScope = new LinkedHashMap<String, List<String>>();
    for (var name : names.get()) {
      var colon = name.indexOf(':');
      var scope = name.substring(0, colon);
      if (!scope.equals(Command.SCOPE) && name.charAt(colon + 1) != '_') {
        byScope.computeIfAbsent(scope, _ -> new ArrayList<>()).add(name.substring(colon + 1));
      }
    }
    return byScope.entrySet().stream()
        .map(entry ->
            entry.getKey()
                + ": "
                + entry.getValue().stream().sorted().collect(Collectors.joining(" ")))
        .sorted()
        .toList();
  }

  private Object one(String name) {
    var command = commands.find(name);
    if (command.isPresent()) {
      return command.get().help();
    }
    throw new IllegalArgumentException(
        "%s is no command of this server: help lists them; commands of Felix explain themselves,"
                .formatted(name)
            + " as in type felix:start");
  }
}
