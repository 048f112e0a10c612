package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of the component; each in a process of its own, as CPython starts once. */
class ModComponentTest {
  private static final String BUNDLED =
      "bundled_python=" + Path.of("target/bundled-python").toAbsolutePath();
  private static final Path SYSTEM = Path.of("/usr/bin/python3");

  @TempDir Path folder;

  @BeforeEach
  void writeApplication() throws Exception {
    Files.writeString(
        folder.resolve("hello.py"),
        """
        import atexit, sys, yimmo
        print("importing with yimmo", yimmo.__version__, "in", sys.prefix)
        atexit.register(print, "atexit function ran")
        def app(environ, start_response):
            pass
        """);
  }

  private String run(String... steps) throws Exception {
    var result =
        PythonJvm.run(
            ComponentJvm.class,
            Map.of(),
            Map.of(
                "XDG_CACHE_HOME",
                Path.of("target/cache").toAbsolutePath().toString(),
                "PATH",
                "/none"),
            steps);
    assertEquals(0, result.status(), result.output());
    return result.output();
  }

  private String activate(String... more) {
    return "activate module=hello app=app chdir=" + folder + " " + String.join(" ", more);
  }

  private static List<String> registrations(String output) {
    return output.lines().filter(line -> line.startsWith("+") || line.startsWith("-")).toList();
  }

  @Test
  void registersTheApplicationAndThenThatItIsLoaded() throws Exception {
    var output = run(activate(BUNDLED), "stop");

    var registrations = registrations(output);
    assertEquals(
        "+ Application {application.name=hello:app, application.path=/}", registrations.get(0));
    assertTrue(
        registrations
            .get(1)
            .matches(
                "\\+ Condition \\{application=hello:app, interpreter=Python 3\\.14\\.3,"
                    + " message=hello:app loaded, Python 3\\.14\\.3 \\(/.*/python3\\.14\\),"
                    + " osgi\\.condition\\.id=yimmo\\.application\\.loaded}"),
        output);
    assertEquals(List.of("- Condition", "- Application"), registrations.subList(2, 4));
    assertTrue(output.contains("importing with yimmo 4.5.6"), output);
    assertTrue(output.endsWith("atexit function ran\n"), output);
  }

  @Test
  void registersThatTheApplicationCannotBeLoaded() throws Exception {
    var output = run("activate module=missing app=app " + BUNDLED, "stop");

    assertTrue(
        registrations(output)
            .getFirst()
            .startsWith("+ Condition {exit.status=4, message=there is no module missing ("),
        output);
    assertTrue(output.contains("osgi.condition.id=yimmo.failed}"), output);
  }

  @Test
  void registersThatTheDirectoryCannotBeEntered() throws Exception {
    var output = run("activate module=hello app=app chdir=/nowhere " + BUNDLED, "stop");

    assertTrue(
        output.contains(
            "exit.status=4, message=cannot change to the directory /nowhere: No such file or"
                + " directory"),
        output);
  }

  @Test
  void registersThatTheLibraryCannotBeLoaded() throws Exception {
    var interpreter = folder.resolve("python3");
    Files.writeString(folder.resolve("libpython3.11.so.1.0"), "no library");
    Files.writeString(
        interpreter,
        """
        #!/bin/sh
        echo implementation=cpython; echo version=3.11.2; echo executable=%s
        echo libdir=%s; echo instsoname=libpython3.11.so.1.0; echo base_prefix=/none
        """
            .formatted(interpreter, folder));
    Files.setPosixFilePermissions(interpreter, PosixFilePermissions.fromString("rwxr-xr-x"));

    var output = run(activate("python=" + interpreter), "deactivate", activate(BUNDLED), "stop");

    assertTrue(output.contains("exit.status=5, message=cannot load " + folder), output);
    assertTrue(output.contains("hello:app loaded"), output);
  }

  @Test
  void registersThatPythonIsUnusable() throws Exception {
    var output = run(activate("python=/nowhere"), "stop");

    assertEquals(
        List.of(
            "+ Condition {exit.status=5, message=--python /nowhere is neither an interpreter nor the"
                + " directory of a virtual environment, osgi.condition.id=yimmo.failed}",
            "- Condition"),
        registrations(output));
  }

  @Test
  void reusesTheInterpreterWhenActivatedAgain() throws Exception {
    var output = run(activate(BUNDLED), "deactivate", activate(BUNDLED), "stop");

    assertEquals(
        List.of(
            "+ Application",
            "+ Condition",
            "- Condition",
            "- Application",
            "+ Application",
            "+ Condition",
            "- Condition",
            "- Application"),
        registrations(output).stream().map(line -> line.replaceAll(" \\{.*", "")).toList());
    assertEquals(1, output.lines().filter(line -> line.startsWith("importing")).count(), output);
    assertEquals(1, output.lines().filter(line -> line.startsWith("atexit")).count(), output);
  }

  @Test
  void anotherInterpreterTakesANewProcess() throws Exception {
    assumeTrue(Files.isExecutable(SYSTEM), SYSTEM + " is not installed");

    var output = run(activate(BUNDLED), "deactivate", activate("python=" + SYSTEM), "stop");

    assertTrue(output.contains("exit.status=5, message=cannot change from "), output);
    assertTrue(output.contains("in a running process: start a new one"), output);
  }

  @Test
  void anUpdatedBundleTakesANewProcess() throws Exception {
    var output =
        run(activate(BUNDLED), "deactivate", activate(BUNDLED).replace("activate", "update"));

    assertTrue(
        output.contains(
            "exit.status=5, message=Python was started in this process before the bundle was"
                + " updated: start a new process"),
        output);
  }

  @Test
  void aThreadThatDoesNotEndDoesNotHoldTheProcess() throws Exception {
    Files.writeString(
        folder.resolve("hello.py"),
        """
        import threading
        threading.Thread(target=threading.Event().wait, name="endless").start()
        app = print
        """);

    var output = run(activate(BUNDLED), "stop");

    assertTrue(
        output.contains("Python does not end within 5 s; it waits for the threads endless"),
        output);
  }

  @Test
  void virtualEnvironmentsAreHonoured() throws Exception {
    for (var interpreter : EveryInterpreterTest.installed().filter(Files::isExecutable).toList()) {
      var venv = Path.of("target/venv" + interpreter.toString().replace('/', '-')).toAbsolutePath();
      var made =
          new ProcessBuilder(
                  interpreter.toString(), "-m", "venv", "--without-pip", "--clear", venv.toString())
              .inheritIO()
              .start();
      assertEquals(0, made.waitFor());
      try (var packages = Files.newDirectoryStream(venv.resolve("lib"), "python3*")) {
        Files.writeString(
            packages.iterator().next().resolve("site-packages/only_here.py"),
            "import sys; print('in', sys.prefix, 'with', sys.executable, sys.base_prefix != sys.prefix)");
      }
      Files.writeString(folder.resolve("hello.py"), "import only_here\napp = print\n");

      var output = run(activate("virtual_env=" + venv), "stop");

      assertTrue(
          output.contains("in " + venv + " with " + venv.resolve("bin/python3") + " True"), output);
    }
  }
}
