package org.yimmo.wsgi.deploy.internal.release;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/** Files of {@link Properties} that are replaced as a whole. */
public final class PropertiesFile {
  private PropertiesFile() {}

  public static void write(Path file, Properties properties) throws IOException {
    var unfinished = file.resolveSibling(file.getFileName() + ".new");
    try (var writer = Files.newBufferedWriter(unfinished, UTF_8)) {
      properties.store(writer, null);
    }
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  public static Properties read(Path file) throws IOException {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file, UTF_8)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
    return properties;
  }
}
