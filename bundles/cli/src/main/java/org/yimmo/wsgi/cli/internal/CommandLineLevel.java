package org.yimmo.wsgi.cli.internal;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.yimmo.wsgi.cli.internal.Kind.Flag;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the command line says. */
final class CommandLineLevel {
  private static final String APPLICATION = "MODULE:APP";
  private static final String SEE_HELP = "; see yimmo-wsgi --help";

  private CommandLineLevel() {}

  /** Parses by the rules of POSIX and GNU; of an option that is given twice the last one counts. */
  static Map<Setting, Given> read(List<String> arguments) throws SettingsException {
    var given = new EnumMap<Setting, Given>(Setting.class);
    var parser = new CommandLine(specification());
    parser
        .setExpandAtFiles(false)
        .setInterpolateVariables(false)
        .setOverwrittenOptionsAllowed(true)
        .setAllowOptionsAsOptionParameters(false);
    CommandLine.ParseResult result;
    try {
      result = parser.parseArgs(arguments.toArray(String[]::new));
    } catch (UnmatchedArgumentException unmatched) {
      throw unknown(unmatched.getUnmatched().getFirst());
    } catch (MissingParameterException missing) {
      throw new SettingsException(missingValue(missing), missing);
    } catch (ParameterException other) {
      throw new SettingsException(other.getMessage().replace('\n', ' ') + SEE_HELP, other);
    }
    for (var setting : Setting.values()) {
      if (!setting.options().isEmpty() && result.hasMatchedOption(setting.options().getFirst())) {
        var option = result.matchedOption(setting.options().getFirst());
        given.put(setting, new Given(texts(setting, option), Source.commandLine(shown(setting))));
      }
    }
    if (result.hasMatchedPositional(0)) {
      String application = result.matchedPositionalValue(0, "");
      given.put(Setting.MODULE, new Given(application, Source.commandLine(APPLICATION)));
    }
    return given;
  }

  private static CommandSpec specification() {
    var command = CommandSpec.create().name("yimmo-wsgi");
    for (var setting : Setting.values()) {
      if (!setting.options().isEmpty()) {
        command.addOption(option(setting));
      }
    }
    return command.addPositional(
        PositionalParamSpec.builder()
            .paramLabel(APPLICATION)
            .arity("0..1")
            .type(String.class)
            .build());
  }

  private static OptionSpec option(Setting setting) {
    var option = OptionSpec.builder(setting.options().toArray(String[]::new));
    if (setting.kind() instanceof Flag) {
      return option.arity("0").type(boolean.class).build();
    }
    var isList = setting.kind().isList();
    return option.arity("1").type(isList ? String[].class : String.class).build();
  }

  private static List<String> texts(Setting setting, OptionSpec option) {
    return setting.kind().isList()
        ? Arrays.asList(option.<String[]>getValue())
        : List.of(option.getValue().toString());
  }

  private static String shown(Setting setting) {
    return setting.options().stream().filter(o -> o.startsWith("--")).findFirst().orElseThrow();
  }

  private static SettingsException unknown(String argument) {
    if (!argument.startsWith("-")) {
      return new SettingsException(
          "one application is enough, and \"%s\" on the command line would be a second one%s"
              .formatted(argument, SEE_HELP));
    }
    var name = argument.replaceFirst("=.*", "");
    var names = Arrays.stream(Setting.values()).flatMap(s -> s.options().stream()).toList();
    var hint = name.startsWith("--") ? Nearest.hint(name, names) : "";
    return new SettingsException(
        "unknown option %s on the command line%s"
            .formatted(name, hint.isEmpty() ? SEE_HELP : hint));
  }

  private static String missingValue(MissingParameterException missing) {
    var options =
        missing.getMissing().stream()
            .filter(OptionSpec.class::isInstance)
            .map(spec -> ((OptionSpec) spec).longestName())
            .toList();
    return "%s on the command line needs a value%s".formatted(String.join(", ", options), SEE_HELP);
  }
}
