package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApplicationNameTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello:app | hello | app",
        "hello | hello | application",
        "pkg.sub.mod:site.app | pkg.sub.mod | site.app",
        "factory:create_app(\"my.cfg\") | factory | create_app(\"my.cfg\")",
        "m:{'a': f}['a'] | m | {'a': f}['a']",
        "m: app | m | app",
        "übung:größe | übung | größe",
      })
  void separatesModuleAndApplicationAtTheFirstColon(String text, String module, String app) {
    var settings = Call.with(text).settings();

    assertEquals(module, settings.text(Setting.MODULE));
    assertEquals(app, settings.text(Setting.APP));
  }

  @Test
  void comesFromTwoVariables() {
    var settings =
        Call.with().and("YIMMO_WSGI_MODULE", "site").and("YIMMO_WSGI_APP", "make()").settings();

    assertEquals("site", settings.text(Setting.MODULE));
    assertEquals("make()", settings.text(Setting.APP));
  }

  @Test
  void comesFromOneVariable() {
    assertEquals("a", Call.with().and("YIMMO_WSGI_MODULE", "m:a").settings().text(Setting.APP));
  }

  @Test
  void isTheBundledExampleWhenThereIsNone() {
    var settings = Call.with().settings();

    assertTrue(settings.servesBundledExample());
    assertEquals("welcome", settings.text(Setting.MODULE));
    assertEquals("app", settings.text(Setting.APP));
    assertFalse(Call.with("welcome:app").settings().servesBundledExample());
  }
}
