package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.condition.Condition;
import org.yimmo.wsgi.application.Application;

class RoutesTest {
  private final Router router = new Router(Duration.ZERO, () -> false);
  private final AtomicLong services = new AtomicLong();

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
  void whoCameFirstWinsAmongEquals() {
    var first = properties("first", "/", "", 0);
    var second = properties("second", "/", "", 0);

    router.mount(application(), second);
    router.mount(application(), first);

    assertEquals("first", find("localhost", "/").name());
  }

  @Test
  void anApplicationMayBeMountedTwice() {
    var application = application();
    var shop = properties("shop", "/shop", "", 0);
    router.mount(application, shop);
    router.mount(application, properties("store", "/store", "", 0));

    router.unmount(application, shop);

    assertEquals("store", find("localhost", "/store").name());
    assertInstanceOf(
        Routes.NotFound.class, router.routes().find(Optional.of("localhost"), "/shop"));
  }

  @Test
  void anApplicationMovesWhenItsPropertiesChange() {
    var application = application();
    var properties = new HashMap<>(properties("shop", "/shop", "", 0));
    router.mount(application, properties);
    var visits = find("localhost", "/shop").visits();

    properties.put(Application.PATH, "/store");
    router.remount(application, properties);

    assertSame(visits, find("localhost", "/store").visits());
    assertInstanceOf(
        Routes.NotFound.class, router.routes().find(Optional.of("localhost"), "/shop"));
  }

  @Test
  void whereAnApplicationIsAwaitedTheServerIsNotReady() {
    mount("root", "/", "");
    var awaited = properties("", "/shop/", "", 0);

    router.await(Condition.INSTANCE, awaited);

    assertEquals("root", find("localhost", "/").name());
    assertInstanceOf(
        Routes.NotReady.class, router.routes().find(Optional.of("localhost"), "/shop/cart"));
    router.awaitNoLonger(Condition.INSTANCE, awaited);
    assertEquals("root", find("localhost", "/shop/cart").name());
  }

  @Test
  void whereAnApplicationHasFailedNoOtherOneAnswers() {
    mount("root", "/", "");
    var failed = properties("shop", "/shop", "", 0);

    router.fail(Condition.INSTANCE, failed);

    assertInstanceOf(
        Routes.NotReady.class, router.routes().find(Optional.of("localhost"), "/shop/cart"));
    router.failsNoLonger(Condition.INSTANCE, failed);
    assertEquals("root", find("localhost", "/shop/cart").name());
  }

  @Test
  void anApplicationServesWhereAnotherOneIsAwaited() {
    router.await(Condition.INSTANCE, properties("", "/shop", "", 0));
    mount("old", "/shop", "");
    router.mount(application(), properties("new", "/shop", "", 1));

    assertEquals("new", find("localhost", "/shop").name());
  }

  @Test
  void whatABundleRegistersDoesNotServeWhileTheBundleIsHeld() {
    mount("old", "/shop", "");
    var held = Map.<String, Object>of("application.bundle", 7L, "service.id", 99L);
    router.hold(Condition.INSTANCE, held);
    var better = new HashMap<>(properties("better", "/shop", "", 1));
    better.put("service.bundleid", 7L);
    var another = new HashMap<>(properties("another", "/store", "", 0));
    another.put("service.bundleid", 7L);

    router.mount(application(), better);
    router.mount(application(), another);

    assertEquals("old", find("localhost", "/shop").name());
    assertInstanceOf(
        Routes.NotFound.class, router.routes().find(Optional.of("localhost"), "/store"));
    router.letServe(Condition.INSTANCE, held);
    assertEquals("better", find("localhost", "/shop").name());
    assertEquals("another", find("localhost", "/store").name());
  }

  @Test
  void withoutAMatchNothingIsFound() {
    mount("shop", "/shop", "");

    assertInstanceOf(Routes.NotFound.class, router.routes().find(Optional.of("localhost"), "/"));
  }

  @Test
  void withoutApplicationsThereIsNothing() {
    var application = application();
    var properties = properties("shop", "/", "", 0);
    router.mount(application, properties);

    router.unmount(application, properties);

    assertInstanceOf(Routes.Nothing.class, router.routes().find(Optional.of("localhost"), "/"));
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

  private Map<String, Object> properties(String name, String path, String host, int rank) {
    return Map.of(
        Application.NAME,
        name,
        Application.PATH,
        path,
        Application.HOST,
        host,
        "service.ranking",
        rank,
        "service.id",
        services.incrementAndGet());
  }

  private Routes.Found find(String host, String path) {
    return assertInstanceOf(Routes.Found.class, router.routes().find(Optional.of(host), path));
  }
}
