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

/** The life of the components; each in a process of its own, as CPython starts once. */
class ComponentsTest {
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

  private String deploy(String name, String source, String... more) throws Exception {
    var own = Files.createDirectories(folder.resolve(name));
    Files.writeString(own.resolve("served.py"), source);
    return "deploy name=%s module=served app=app pythonpath=%s %s"
        .formatted(name, own, String.join(" ", more));
  }

  @Test
  void registersDeployedApplicationsBesideEachOther() throws Exception {
    var source = "import sys\napp = print\nprint('served', __file__)\n";

    var output =
        run(
            "activate " + BUNDLED,
            deploy("one", source, "path=/one version=1.2 host=*.example.org"),
            deploy("two", source, "path=/two interpreter=main"),
            deploy("three", source),
            "stop");

    assertEquals(
        List.of(
            "+ Application {application.host=*.example.org, application.name=one,"
                + " application.path=/one, application.version=1.2}",
            "+ Application {application.name=two, application.path=/two}",
            "+ Application {application.name=three, application.path=/}",
            "- Application",
            "- Application",
            "- Application"),
        registrations(output));
    for (var name : List.of("one", "two", "three")) {
      assertTrue(output.contains("served " + folder.resolve(name).resolve("served.py")), output);
    }
  }

  @Test
  void registersThatADeployedApplicationFailedAndGoesOn() throws Exception {
    var output =
        run(
            "activate " + BUNDLED,
            deploy("broken", "import sys\nsys.nothing\n", "path=/broken version=2"),
            deploy("good", "app = print\n"),
            "stop");

    var condition = registrations(output).getFirst();
    assertTrue(
        condition.startsWith(
            "+ Condition {application.name=broken, application.path=/broken,"
                + " application.version=2, message=Traceback (most recent call last):"),
        output);
    assertTrue(
        output.contains(
            "AttributeError: module 'sys' has no attribute 'nothing',"
                + " osgi.condition.id=yimmo.application.failed}"),
        output);
    assertTrue(output.contains("+ Application {application.name=good, "), output);
  }

  @Test
  void refusesWhatADeployedApplicationCannotHave() throws Exception {
    var output =
        run(
            "activate " + BUNDLED,
            deploy("elsewhere", "app = print", "chdir=/tmp"),
            deploy("nowhere", "app = print", "interpreter=mine"),
            deploy("nothing", "app = print", "environment=COLOR"),
            "stop");

    assertTrue(output.contains("message=cannot change to the directory /tmp: "), output);
    assertTrue(output.contains("message=the interpreter \"mine\" is neither own nor main"), output);
    assertTrue(output.contains("message='COLOR' in the environment"), output);
  }

  @Test
  void doesNotStartPythonWithoutAnApplication() throws Exception {
    var output = run("activate python=/nowhere", "stop");

    assertEquals(List.of(), registrations(output));
  }

  @Test
  void registersThatADeployedApplicationHasNoPython() throws Exception {
    var output = run("activate python=/nowhere", deploy("one", "app = print"), "stop");

    assertTrue(
        output.contains("message=--python /nowhere is neither an interpreter nor the directory"),
        output);
    assertTrue(output.contains("osgi.condition.id=yimmo.application.failed}"), output);
  }

  @Test
  void waitsForThreadsAndRunsAtexitFunctionsOfEachInterpreterAtTheEnd() throws Exception {
    var source =
        """
        import atexit, threading, time
        atexit.register(print, "atexit function of", __file__)
        threading.Thread(target=lambda: time.sleep(0.3) or print("thread ended")).start()
        app = print
        """;

    var output = run(activate(BUNDLED), deploy("one", source), deploy("two", source), "stop");

    assertEquals(2, output.lines().filter("thread ended"::equals).count(), output);
    assertEquals(
        2, output.lines().filter(l -> l.startsWith("atexit function of ")).count(), output);
    assertTrue(output.contains("atexit function ran\n"), output);
  }
}
