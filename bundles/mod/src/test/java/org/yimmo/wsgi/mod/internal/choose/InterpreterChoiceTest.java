package org.yimmo.wsgi.mod.internal.choose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which CPython is chosen, and what is said when one cannot be. */
class InterpreterChoiceTest {
  private static final Installation BUNDLED =
      new Installation("3.14.3", Path.of("/b/bin/python3.14"), Path.of("/b/libpython3.14.so.1.0"));

  private final Map<Path, Report> reports = new HashMap<>();
  private final Set<Path> files = new HashSet<>();
  private Optional<Installation> bundled = Optional.of(BUNDLED);

  /** An interpreter with its shared library. */
  private void installed(String executable, String version) {
    interpreter(executable, version);
    files.add(Path.of("/lib", library(version)));
  }

  private void interpreter(String executable, String version, String... more) {
    var lines = new HashMap<String, String>();
    lines.put("implementation", "cpython");
    lines.put("version", version);
    lines.put("platform", "linux");
    lines.put("executable", executable);
    lines.put("base_prefix", "/usr");
    lines.put("libdir", "/lib");
    lines.put("instsoname", library(version));
    for (int i = 0; i < more.length; i += 2) {
      lines.put(more[i], more[i + 1]);
    }
    files.add(Path.of(executable));
    reports.put(Path.of(executable), new Report(lines));
  }

  private static String library(String version) {
    return "libpython" + version.substring(0, version.lastIndexOf('.')) + ".so.1.0";
  }

  private Installation choose(String python, String virtualEnv, String... path)
      throws PythonUnusable {
    return new InterpreterChoice(
            interpreter -> Optional.ofNullable(reports.get(interpreter)).orElseThrow(),
            () -> bundled,
            files::contains)
        .choose(
            new InterpreterChoice.Wishes(
                python, virtualEnv, List.of(path).stream().map(Path::of).toList()));
  }

  private String refusal(String python, String virtualEnv, String... path) {
    return assertThrows(PythonUnusable.class, () -> choose(python, virtualEnv, path)).getMessage();
  }

  @Test
  void whatWasAskedForComesFirst() throws Exception {
    installed("/opt/bin/python3.12", "3.12.1");
    installed("/venv/bin/python3", "3.11.2");
    installed("/usr/bin/python3", "3.13.0");

    var chosen = choose("/opt/bin/python3.12", "/venv", "/usr/bin");

    assertEquals(
        new Installation(
            "3.12.1", Path.of("/opt/bin/python3.12"), Path.of("/lib/libpython3.12.so.1.0")),
        chosen);
  }

  @ParameterizedTest
  @CsvSource({
    "/opt/bin/python3.12, /opt/bin/python3.12",
    "/opt/../opt/bin/python3.12, /opt/bin/python3.12",
    "/venv, /venv/bin/python3",
    "/old, /old/bin/python",
    "python3.12, /opt/bin/python3.12",
  })
  void anInterpreterADirectoryOrANameCanBeAskedFor(String python, Path executable)
      throws Exception {
    installed("/opt/bin/python3.12", "3.12.1");
    installed("/venv/bin/python3", "3.12.1");
    installed("/old/bin/python", "3.12.1");

    assertEquals(executable, choose(python, "", "/usr/bin", "/opt/bin").executable());
  }

  @Test
  void theActiveVirtualEnvironmentComesSecond() throws Exception {
    installed("/venv/bin/python3", "3.11.2");
    installed("/usr/bin/python3", "3.13.0");

    assertEquals("3.11.2", choose("", "/venv", "/usr/bin").version());
  }

  @Test
  void theFirstOnTheSearchPathComesThird() throws Exception {
    installed("/usr/bin/python3", "3.13.0");
    installed("/bin/python3", "3.11.2");

    assertEquals("3.13.0", choose("", "", "/none", "/usr/bin", "/bin").version());
  }

  @Test
  void theBundledOneComesLast() throws Exception {
    assertEquals(BUNDLED, choose("", "", "/usr/bin"));
  }

  @Test
  void anUnsuitableOneOnTheSearchPathIsPassedOver() throws Exception {
    interpreter("/usr/bin/python3", "3.12.1");

    assertEquals(BUNDLED, choose("", "", "/usr/bin"));
  }

  @Test
  void withoutABundledOneTheObjectionIsTold() {
    bundled = Optional.empty();
    interpreter("/usr/bin/python3", "3.8.18");

    assertEquals(
        "Python 3.8.18 (/usr/bin/python3) is not supported; choose a CPython 3.9 to 3.14 with"
            + " --python; no CPython for this machine is bundled: choose one with --python",
        refusal("", "", "/usr/bin"));
    assertTrue(refusal("", "").startsWith("there is no python3 on the search path; "));
  }

  @ParameterizedTest
  @CsvSource({"3.8.18, false", "3.9.0, true", "3.14.3, true", "3.15.0, false", "2.7.18, false"})
  void supportedVersions(String version, boolean supported) throws Exception {
    installed("/p/python3", version);

    if (supported) {
      assertEquals(version, choose("/p/python3", "").version());
    } else {
      assertTrue(refusal("/p/python3", "").contains(version + " (/p/python3) is not supported"));
    }
  }

  @Test
  void freeThreadedIsNotSupported() {
    interpreter("/p/python3", "3.13.0", "free_threaded", "1");

    assertTrue(refusal("/p/python3", "").contains("is free-threaded, which is not supported"));
  }

  @Test
  void otherImplementationsAreNotSupported() {
    interpreter("/p/pypy3", "3.10.13", "implementation", "pypy");

    assertTrue(refusal("/p/pypy3", "").contains("is pypy; CPython is needed"));
  }

  @Test
  void withoutASharedLibraryItIsSaidHowToGetOne() {
    interpreter("/p/python3", "3.12.1", "instsoname", "libpython3.12.a", "multiarch", "m");

    assertEquals(
        "Python 3.12.1 (/p/python3) has no shared library: there is no libpython3.12.so.1.0 or"
            + " libpython3.12.so in /lib, /lib/m, /usr/lib, /usr. On Debian or Ubuntu: apt install"
            + " libpython3.12; with pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install"
            + " 3.12.1; or choose another one with --python",
        refusal("/p/python3", ""));
  }

  @Test
  void theLibraryOfAMovedInstallationIsFoundByItsPrefix() throws Exception {
    interpreter("/p/python3", "3.12.1", "libdir", "/where/it/was/built", "base_prefix", "/p");
    files.add(Path.of("/p/lib/libpython3.12.so.1.0"));

    assertEquals(Path.of("/p/lib/libpython3.12.so.1.0"), choose("/p/python3", "").library());
  }

  @Test
  void theLibraryOfAFrameworkIsFound() throws Exception {
    interpreter(
        "/p/python3",
        "3.12.1",
        "platform",
        "darwin",
        "instsoname",
        "",
        "ldlibrary",
        "Python.framework/Versions/3.12/Python",
        "framework_prefix",
        "/Library/F");
    files.add(Path.of("/Library/F/Python.framework/Versions/3.12/Python"));

    assertEquals(
        Path.of("/Library/F/Python.framework/Versions/3.12/Python"),
        choose("/p/python3", "").library());
  }

  @Test
  void somethingElseIsNeitherAnInterpreterNorADirectory() {
    assertEquals(
        "--python /nowhere is neither an interpreter nor the directory of a virtual environment",
        refusal("/nowhere", ""));
    assertEquals(
        "VIRTUAL_ENV python3 is neither an interpreter nor the directory of a virtual environment",
        refusal("", "python3"));
  }
}
