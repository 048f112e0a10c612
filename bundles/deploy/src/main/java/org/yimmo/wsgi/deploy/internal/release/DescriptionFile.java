package org.yimmo.wsgi.deploy.internal.release;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Reads {@code yimmo.toml}, {@code yimmo.yml} and the block of a plain Python file. */
final class DescriptionFile {
  private static final List<String> NAMES = List.of("yimmo.toml", "yimmo.yml", "yimmo.yaml");
  private static final long MOST_BYTES = 64 * 1024;
  private static final int DEEPEST = 32;
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "version",
          "module",
          "path",
          "host",
          "interpreter",
          "python-path",
          "venv",
          "environment",
          "warmup");

  /** As PEP 723 has it for others. */
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^# /// yimmo[ \\t]*\\R((?:#(?: .*)?\\R)*?)# ///[ \\t]*$");

  private final String source;

  private DescriptionFile(String source) {
    this.source = source;
  }

  /** The description file of a folder, if it has one. */
  static Optional<Path> in(Path folder) {
    return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  /** The names that it may have, for people. */
  static String names() {
    return "yimmo.toml or yimmo.yml";
  }

  /**
   * Reads one.
   *
   * @param name the application's, unless the file has another one
   */
  static Description read(Path file, String name) throws BadDropException, IOException {
    var text = text(file, MOST_BYTES);
    var reader = new DescriptionFile(file.getFileName().toString());
    return reader.description(
        file.toString().endsWith(".toml") ? reader.toml(text) : reader.yaml(text), name, "");
  }

  /** Reads the block of a plain file; without one everything is as usual. */
  static Description ofPlainFile(Path file, String module, String name)
      throws BadDropException, IOException {
    var block = BLOCK.matcher(text(file, Long.MAX_VALUE));
    var reader = new DescriptionFile("the block yimmo of " + module + ".py");
    return reader.description(
        block.find() ? reader.toml(block.group(1).replaceAll("(?m)^# ?", "")) : Map.of(),
        name,
        module);
  }

  private static String text(Path file, long mostBytes) throws BadDropException, IOException {
    if (Files.size(file) > mostBytes) {
      throw new BadDropException(
          "%s is larger than %d octets".formatted(file.getFileName(), mostBytes));
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
    } catch (CharacterCodingException e) {
      throw new BadDropException(file.getFileName() + " is not UTF-8", e);
    }
  }

  // --- syntax

  private Map<?, ?> toml(String text) throws BadDropException {
    requireShallow(text);
    var result = Toml.parse(text);
    if (result.hasErrors()) {
      var error = result.errors().getFirst();
      throw new BadDropException(
          "%s, line %d is no TOML: %s"
              .formatted(source, error.position().line(), oneLine(error.getMessage())));
    }
    return plain(result);
  }

  /** Parsers recurse: what is nested deeply needs no parser to be refused. */
  private void requireShallow(String text) throws BadDropException {
    var depth = 0;
    for (var i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        default -> {}
      }
      if (depth > DEEPEST) {
        throw new BadDropException(source + " is nested too deeply");
      }
    }
  }

  private static Map<String, Object> plain(TomlTable table) {
    var plain = new TreeMap<String, Object>();
    for (var entry : table.entrySet()) {
      plain.put(
          entry.getKey(),
          switch (entry.getValue()) {
            case TomlTable inner -> plain(inner);
            case TomlArray array -> array.toList();
            case Object value -> value;
          });
    }
    return plain;
  }

  private Map<?, ?> yaml(String text) throws BadDropException {
    requireShallow(text);
    try {
      var settings = LoadSettings.builder().setLabel(source).setMaxAliasesForCollections(10);
      return switch (new Load(settings.build()).loadFromString(text)) {
        case null -> Map.of();
        case Map<?, ?> map -> map;
        case Object other ->
            throw new BadDropException(
                "%s holds \"%s\": lines as in module: shop are needed".formatted(source, other));
      };
    } catch (YamlEngineException e) {
      throw new BadDropException(source + " is no YAML: " + oneLine(e.getMessage()), e);
    }
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  // --- meaning

  private Description description(Map<?, ?> given, String name, String module)
      throws BadDropException {
    var values = new TreeMap<String, Object>();
    given.forEach((key, value) -> values.put(String.valueOf(key).replace('_', '-'), value));
    var unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new BadDropException(
          "%s: unknown key %s; there are %s"
              .formatted(source, unknown.first(), String.join(", ", new TreeSet<>(KEYS))));
    }
    var target = one(values, "module", module);
    if (target.isEmpty()) {
      throw new BadDropException(
          "%s does not say which module: write module = \"shop:application\"".formatted(source));
    }
    var application = Target.of(target);
    return new Description(
            one(values, "name", name),
            one(values, "version", ""),
            application.module(),
            application.app(),
            one(values, "path", "/"),
            one(values, "host", ""),
            one(values, "interpreter", "own"),
            many(values, "python-path"),
            one(values, "venv", ""),
            variables(values.get("environment")),
            many(values, "warmup"))
        .checked();
  }

  private String one(Map<String, Object> values, String key, String otherwise)
      throws BadDropException {
    return switch (values.get(key)) {
      case null -> otherwise;
      case Object value -> scalar(key, value);
    };
  }

  private String scalar(String key, Object value) throws BadDropException {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw new BadDropException("%s: %s must be one text".formatted(source, key));
  }

  private List<String> many(Map<String, Object> values, String key) throws BadDropException {
    var texts = new ArrayList<String>();
    for (var value :
        switch (values.get(key)) {
          case null -> List.of();
          case List<?> list -> list;
          case Object value -> List.of(value);
        }) {
      texts.add(scalar(key, value));
    }
    return List.copyOf(texts);
  }

  private List<String> variables(Object environment) throws BadDropException {
    if (environment instanceof Map<?, ?> map) {
      var variables = new ArrayList<String>();
      for (var entry : map.entrySet()) {
        variables.add(entry.getKey() + "=" + scalar("environment", entry.getValue()));
      }
      variables.sort(null);
      return List.copyOf(variables);
    }
    return many(environment == null ? Map.of() : Map.of("environment", environment), "environment");
  }
}
