package org.yimmo.wsgi.cli.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** What the command line says. */
final class CommandLineLevel {
  private static final String APPLICATION = "MODULE:APP";
  private static final String SEE_HELP = "; see yimmo-wsgi --help";

  private final Options options = new Options();
  private final Map<String, Setting> settings = new HashMap<>(); // by option, without hyphens

  private CommandLineLevel() {
    for (var setting : Setting.values()) {
      for (var name : setting.options()) {
        add(setting, name);
      }
    }
  }

  private void add(Setting setting, String name) {
    var isLong = name.startsWith("--");
    var bare = name.substring(isLong ? 2 : 1);
    var option = isLong ? Option.builder().longOpt(bare) : Option.builder(bare);
    options.addOption(option.hasArg(setting.kind().takesValue()).get());
    settings.put(bare, setting);
  }

  /** Parses by the rules of POSIX and GNU; of an option that is given twice the last one counts. */
  static Map<Setting, Given> read(List<String> arguments) throws SettingsException {
    return new CommandLineLevel().given(arguments);
  }

  private Map<Setting, Given> given(List<String> arguments) throws SettingsException {
    var line = parse(arguments);
    var given = new EnumMap<Setting, Given>(Setting.class);
    for (var option : line.getOptions()) {
      var setting = setting(option);
      var texts = new ArrayList<String>();
      if (setting.kind().isList() && given.containsKey(setting)) {
        texts.addAll(given.get(setting).texts());
      }
      texts.add(setting.kind().takesValue() ? option.getValue() : "true");
      given.put(setting, new Given(List.copyOf(texts), Source.commandLine(shown(setting))));
    }
    var operands = line.getArgList();
    if (operands.size() > 1) {
      throw new SettingsException(
          "one application is enough, and \"%s\" on the command line would be a second one%s"
              .formatted(operands.get(1), SEE_HELP));
    }
    for (var application : operands) {
      given.put(Setting.MODULE, new Given(application, Source.commandLine(APPLICATION)));
    }
    return given;
  }

  private CommandLine parse(List<String> arguments) throws SettingsException {
    var parser =
        DefaultParser.builder()
            .setAllowPartialMatching(false)
            .setStripLeadingAndTrailingQuotes(false)
            .get();
    try {
      return parser.parse(options, arguments.toArray(String[]::new));
    } catch (UnrecognizedOptionException unknown) {
      throw unknown(unknown);
    } catch (MissingArgumentException missing) {
      var option = shown(setting(missing.getOption()));
      throw new SettingsException(
          "%s on the command line needs a value%s".formatted(option, SEE_HELP), missing);
    } catch (ParseException other) {
      throw new SettingsException(other.getMessage() + SEE_HELP, other);
    }
  }

  private Setting setting(Option option) {
    return settings.get(option.getKey());
  }

  private static String shown(Setting setting) {
    return setting.options().stream().filter(o -> o.startsWith("--")).findFirst().orElseThrow();
  }

  private static SettingsException unknown(UnrecognizedOptionException unknown) {
    var name = unknown.getOption().replaceFirst("=.*", "");
    var names = Arrays.stream(Setting.values()).flatMap(s -> s.options().stream()).toList();
    var hint = name.startsWith("--") ? Nearest.hint(name, names) : "";
    return new SettingsException(
        "unknown option %s on the command line%s".formatted(name, hint.isEmpty() ? SEE_HELP : hint),
        unknown);
  }
}
