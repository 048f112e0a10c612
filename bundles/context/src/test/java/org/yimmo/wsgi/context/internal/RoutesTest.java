package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yimmo.wsgi.application.Application;

class RoutesTest {
  private final Router router = new Router();

  @ParameterizedTest
  @CsvSource({
    "/,root,'',/",
    "/shopping,root,'',/shopping",
    "/shop,shop,/shop,''",
    "/shop/,shop,/shop,/",
    "/shop/cart,shop,/shop,/cart",
    "/shop/admin,admin,/shop/admin,''",
    "/shop/admin/x,admin,/shop/admin,/x",
    "*,root,'',*",
    "'',root,'',''",
  })
  void theLongestPathWins(String path, String name, String scriptName, String pathInfo) {
    mount("root", "/", "");
    mount("admin", "/shop/admin", "");
    mount("shop", "/shop/", "");

    var found = find("localhost", path);

    assertEquals(name, found.name());
    assertEquals(scriptName, found.scriptName());
    assertEquals(pathInfo, found.pathInfo());
  }

  @ParameterizedTest
  @CsvSource({
    "example.org,exact",
    "EXAMPLE.org:8081,exact",
    "a.example.org,wild",
    "a.b.example.org,wild",
    "notexample.org,any",
    "[::1]:8081,any",
    "[::1],six",
    "'',any",
  })
  void anExactHostWinsOverAWildcardOverAny(String host, String name) {
    mount("any", "/", "");
    mount("wild", "/", "*.example.org");
    mount("exact", "/", "Example.org");
    if (name.equals("six")) {
      mount("six", "/", "[::1]");
    }

    assertEquals(name, find(host, "/").name());
  }

  @Test
  void theHigherRankWinsTheSameMount() {
    router.mount(application(), properties("old", "/", "", 0));
    router.mount(application(), properties("new", "/", "", 1));

    assertEquals("new", find("localhost", "/").name());
  }

  @Test
  void withoutAMatchNothingIsFound() {
    mount("shop", "/shop", "");

    assertInstanceOf(Routes.NotFound.class, router.routes().find(Optional.of("localhost"), "/"));
  }

  @Test
  void withoutApplicationsTheServerIsNotReady() {
    var application = application();
    router.mount(application, properties("shop", "/", "", 0));

    router.unmount(application);

    assertInstanceOf(
        Routes.NoApplication.class, router.routes().find(Optional.of("localhost"), "/"));
  }

  private void mount(String name, String path, String host) {
    router.mount(application(), properties(name, path, host, 0));
  }

  private static Application application() {
    return new Application() {
      @Override
      public List<java.nio.ByteBuffer> call(
          org.yimmo.wsgi.application.Environ environ,
          org.yimmo.wsgi.application.StartResponse startResponse) {
        return List.of();
      }
    };
  }

  private static Map<String, Object> properties(String name, String path, String host, int rank) {
    return Map.of(
        Application.NAME,
        name,
        Application.PATH,
        path,
        Application.HOST,
        host,
        "service.ranking",
        rank);
  }

  private Routes.Found find(String host, String path) {
    return assertInstanceOf(Routes.Found.class, router.routes().find(Optional.of(host), path));
  }
}
