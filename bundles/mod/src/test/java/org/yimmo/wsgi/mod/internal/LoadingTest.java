package org.yimmo.wsgi.mod.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.mod.internal.LivePython.load;
import static org.yimmo.wsgi.mod.internal.LivePython.module;
import static org.yimmo.wsgi.mod.internal.LivePython.serve;
import static org.yimmo.wsgi.mod.internal.LivePython.settings;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MODULE:APP is found, or it is said why not. */
@Tag("python")
class LoadingTest {
  private static final String MODULE =
      """
      class Holder:
          def app(self, environ, start_response):
              start_response("200 OK", [])
              return [b"found"]
          def __call__(self, environ, start_response):
              return self.app(environ, start_response)
      holder = Holder()
      number = 42
      def create_app(name, deep=None):
          assert name == "my.cfg"
          return holder
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "holder",
        "holder.app",
        "create_app('my.cfg')",
        "create_app(\"my.cfg\", deep={'a': [1]}).app",
        "(lambda e, s: holder(e, s))",
        "holder if number else None",
      })
  void takesAttributesAndExpressions(String app) throws Exception {
    assertEquals("found", serve(load(settings(module(MODULE), app))).content());
  }

  @Test
  void takesModulesInPackages() throws Exception {
    var anyCallable = load(settings("xml.sax.handler", "ContentHandler"));

    assertInstanceOf(PythonApplication.class, anyCallable);
  }

  private static String failure(String module, String app) {
    return assertThrows(LoadFailure.class, () -> load(settings(module, app))).getMessage();
  }

  private static void assertEnd(String expected, String message) {
    assertTrue(message.endsWith(expected), message);
    assertFalse(message.contains("<yimmo>"), message);
    assertFalse(message.contains("importlib"), message);
  }

  @Test
  void missingModule() {
    var message = failure("no_such_module", "app");

    assertTrue(message.startsWith("there is no module no_such_module ("), message);
    assertTrue(message.endsWith("; say where it is with --chdir or --pythonpath"), message);
  }

  @Test
  void fileNameInsteadOfModule() {
    assertTrue(failure("no_such.py", "app").contains("write no_such without .py"));
  }

  @Test
  void modulesThatAreMissingInTheModule() {
    var name = module("import json\nimport no_such_library\n");
    var message = failure(name, "app");

    assertTrue(message.startsWith("Traceback (most recent call last):\n  File \""), message);
    assertTrue(message.contains(name + ".py\", line 2"), message);
    assertEnd(
        "cannot import the module %s: ModuleNotFoundError: No module named 'no_such_library'"
            .formatted(name),
        message);
  }

  @Test
  void moduleThatRaises() {
    var name = module("def deep():\n    raise ValueError('broken')\ndeep()\n");
    var message = failure(name, "app");

    assertTrue(message.contains("line 3, in <module>"), message);
    assertEnd("cannot import the module " + name + ": ValueError: broken", message);
  }

  @Test
  void moduleWithASyntaxError() {
    var message = failure(module("def app(:\n"), "app");

    assertTrue(message.contains("line 1"), message);
    assertTrue(message.contains("SyntaxError"), message);
    assertFalse(message.contains("<yimmo>"), message);
  }

  @Test
  void moduleThatEndsTheProgram() {
    var name = module("import sys\nsys.exit(3)\n");

    assertEnd(
        "cannot import the module " + name + ": it ended the program with sys.exit(3)",
        failure(name, "app"));
  }

  @Test
  void missingAttribute() {
    var name = module(MODULE);

    assertTrue(failure(name, "holder.other").startsWith("there is no attribute other in <"));
  }

  @ParameterizedTest
  @CsvSource({"app, app", "make_app, make_app()", "number, "})
  void suggestsWhatTheModuleHas(String defined, String suggested) {
    var name = module("def %s(*_): pass\n".formatted(defined));
    var hint = suggested == null ? "" : "; did you mean %s:%s?".formatted(name, suggested);

    assertEquals(
        "there is no attribute application in the module " + name + hint,
        failure(name, "application"));
  }

  @Test
  void notCallable() {
    var name = module(MODULE);

    assertEquals(
        "number in the module " + name + " is not callable: it is int 42", failure(name, "number"));
    assertTrue(failure(name, "[1] * 1000").endsWith("..."));
  }

  @Test
  void expressionThatRaises() {
    var name = module(MODULE);
    var message = failure(name, "create_app('other.cfg')");

    assertTrue(message.contains("in create_app"), message);
    assertEnd(
        "cannot evaluate create_app('other.cfg') in the module " + name + ": AssertionError",
        message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"create_app(", "import os", "a b", "", "holder."})
  void expressionWithASyntaxError(String app) {
    var message = failure(module(MODULE), app);

    assertTrue(message.contains("SyntaxError"), message);
    assertTrue(message.contains("cannot evaluate " + app + " in the module"), message);
  }
}
