package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What the file says: YAML 1.2, sections as maps. */
final class FileLevel {
  private final Path file;
  private final Map<Setting, Given> given = new EnumMap<>(Setting.class);

  private FileLevel(Path file) {
    this.file = file;
  }

  static Map<Setting, Given> read(Path file) throws SettingsException {
    var level = new FileLevel(file);
    level.section("", level.load());
    return level.given;
  }

  private Object load() throws SettingsException {
    try {
      var settings = LoadSettings.builder().setLabel(file.toString()).build();
      return new Load(settings).loadFromString(Files.readString(file));
    } catch (CharacterCodingException failure) {
      throw new SettingsException("cannot read " + file + ": it is not UTF-8", failure);
    } catch (IOException failure) {
      throw new SettingsException("cannot read " + file + ": " + failure.getMessage(), failure);
    } catch (MarkedYamlEngineException failure) {
      var line =
          failure.getProblemMark().map(Mark::getLine).map(n -> ", line " + (n + 1)).orElse("");
      throw new SettingsException(
          "%s%s is no YAML: %s".formatted(file, line, oneLine(failure.getProblem())), failure);
    } catch (YamlEngineException failure) {
      throw new SettingsException(
          "%s is no YAML: %s".formatted(file, oneLine(failure.getMessage())), failure);
    }
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private void section(String path, Object content) throws SettingsException {
    switch (content) {
      case null -> {} // a heading whose lines are all commented out
      case Map<?, ?> map -> {
        for (var entry : map.entrySet()) {
          entry(
              path.isEmpty() ? text(entry.getKey()) : path + "." + entry.getKey(),
              entry.getValue());
        }
      }
      default ->
          throw new SettingsException(
              path.isEmpty()
                  ? "%s holds no settings: lines as in log_level: INFO are needed".formatted(file)
                  : "%s in %s is \"%s\": a section with lines below it is needed"
                      .formatted(path, file, content));
    }
  }

  private void entry(String key, Object content) throws SettingsException {
    for (var setting : Setting.values()) {
      if (setting.keys().contains(key)) {
        put(setting, key, content);
        return;
      }
    }
    var keys = Arrays.stream(Setting.values()).flatMap(setting -> setting.keys().stream()).toList();
    if (keys.stream().noneMatch(known -> known.startsWith(key + "."))) {
      throw new SettingsException(
          "unknown key %s in %s%s".formatted(key, file, Nearest.hint(key, keys)));
    }
    section(key, content);
  }

  private void put(Setting setting, String key, Object content) throws SettingsException {
    var source = Source.file(key, file);
    var said = new Given(texts(setting, source, content), source);
    if (said.text().isEmpty()) {
      return; // '' and [] say nothing, as an empty variable in the environment
    }
    var before = given.put(setting, said);
    if (before != null) {
      throw new SettingsException(
          "%s is \"%s\", and %s is \"%s\": one of the two is enough"
              .formatted(before.source().phrase(), before.text(), source.phrase(), said.text()));
    }
  }

  private static List<String> texts(Setting setting, Source source, Object content)
      throws SettingsException {
    return switch (content) {
      case null -> throw new SettingsException(source.phrase() + " has no value");
      case List<?> list when setting.kind().isList() -> {
        var texts = new ArrayList<String>();
        for (var element : list) {
          texts.addAll(texts(setting, source, element));
        }
        yield texts;
      }
      case List<?> list ->
          throw new Given(text(list), source).unfit("one value is needed, no list");
      case Map<?, ?> map ->
          throw new Given(text(map), source).unfit("a value is needed, no section");
      default -> List.of(text(content));
    };
  }

  private static String text(Object content) {
    return String.valueOf(content);
  }
}
