package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Page and sample file say what the table says. After a change of the table they are written anew
 * by {@code ./mvnw -pl bundles/cli test -Dtest=DocumentTest -Dsettings.write=true}.
 */
class DocumentTest {
  private static final Path ROOT = Path.of("../..");

  @TempDir Path directory;

  @Test
  void pageIsInStep() throws IOException {
    assertInStep("docs/settings.md", SettingsPage.render());
  }

  @Test
  void sampleFileIsInStep() throws IOException {
    assertInStep("distribution/src/main/dist/conf/yimmo-wsgi.yml", SampleFile.render());
  }

  private static void assertInStep(String name, String rendered) throws IOException {
    var file = ROOT.resolve(name);
    if (Boolean.getBoolean("settings.write")) {
      Files.writeString(file, rendered);
    }

    assertEquals(rendered, Files.readString(file), name);
  }

  @Test
  void sampleFileChangesNothing() throws IOException, SettingsException {
    var file = Files.writeString(directory.resolve("sample.yml"), SampleFile.render());

    assertEquals(Map.of(), FileLevel.read(file));
  }

  @Test
  void sampleFileHasEveryKeyWithItsDefault() throws IOException, SettingsException {
    var uncommented = SampleFile.render().replaceAll("(?m)^( *)#(?! )", "$1");
    var file = Files.writeString(directory.resolve("sample.yml"), uncommented);

    var given = FileLevel.read(file);

    var keys =
        given.values().stream()
            .map(one -> one.source().phrase().replaceFirst(" in .*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(SampleFile.keysWithDefault()), keys);
    given.forEach((setting, one) -> assertEquals(setting.byDefault(), one.text()));
  }
}
