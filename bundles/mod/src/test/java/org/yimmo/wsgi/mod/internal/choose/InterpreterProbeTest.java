package org.yimmo.wsgi.mod.internal.choose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interpreters are asked, and answers remembered where that is safe. */
class InterpreterProbeTest {
  private static final Path REAL = Path.of("/usr/bin/python3");

  @TempDir Path folder;
  private InterpreterProbe probe;

  @BeforeEach
  void makeProbe() {
    probe = new InterpreterProbe(new CacheFolder(folder.resolve("cache"), folder));
  }

  private Path script(String body) throws IOException {
    var script = folder.resolve("python3");
    Files.writeString(script, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  @Test
  void asksAScriptEachTime() throws Exception {
    var script =
        script(
            """
            echo x >> %s/runs
            echo version=3.$(wc -l < %s/runs).0
            echo executable=/real/python
            """
                .formatted(folder, folder));

    assertEquals("3.1.0", probe.ask(script).version());
    assertEquals("3.2.0", probe.ask(script).version());
  }

  @Test
  void remembersWhatABinarySaid() throws Exception {
    assumeTrue(Files.isExecutable(REAL), REAL + " is not installed");

    var first = probe.ask(REAL);
    var memory = onlyFile(folder.resolve("cache/yimmo-wsgi/interpreters"));
    Files.writeString(memory, Files.readString(memory).replace("version=3", "version=4"));

    assertEquals(first.version().replaceFirst("3", "4"), probe.ask(REAL).version());
  }

  @Test
  void asksAgainWhenTheBinaryChanged() throws Exception {
    assumeTrue(Files.isExecutable(REAL), REAL + " is not installed");
    var copy = folder.resolve("python");
    Files.copy(REAL, copy);
    var version = probe.ask(copy).version();
    var memory = onlyFile(folder.resolve("cache/yimmo-wsgi/interpreters"));
    Files.writeString(memory, Files.readString(memory).replace("version=3", "version=4"));

    Files.setLastModifiedTime(copy, FileTime.fromMillis(1_000_000_000_000L));

    assertEquals(version, probe.ask(copy).version());
  }

  private static Path onlyFile(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void tellsWhatAShimSaidThatFailed() throws Exception {
    var script = script("echo 'pyenv: python3: command not found' >&2; exit 127\n");

    assertEquals(
        script
            + " ended with status 127 when asked for its version:"
            + " pyenv: python3: command not found",
        assertThrows(PythonUnusable.class, () -> probe.ask(script)).getMessage());
  }

  @Test
  void tellsWhatAProgramSaidThatIsNoPython() throws Exception {
    var script = script("echo hello\n");

    assertEquals(
        script + " is not a Python interpreter: it says \"hello\"",
        assertThrows(PythonUnusable.class, () -> probe.ask(script)).getMessage());
  }

  @Test
  void tellsThatAFileCannotBeRun() throws Exception {
    var file = folder.resolve("text");
    Files.writeString(file, "text");

    var message = assertThrows(PythonUnusable.class, () -> probe.ask(file)).getMessage();

    assertTrue(message.startsWith("cannot run " + file + ": "), message);
  }

  @Test
  void worksWhereNothingCanBeRemembered() throws Exception {
    Files.writeString(folder.resolve("cache"), "a file, not a folder");
    var script = script("echo version=3.11.2; echo executable=/real/python\n");

    assertEquals("3.11.2", probe.ask(script).version());
  }
}
