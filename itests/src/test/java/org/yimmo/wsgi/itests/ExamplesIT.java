package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.itests.support.Requests.form;
import static org.yimmo.wsgi.itests.support.Requests.get;
import static org.yimmo.wsgi.itests.support.Requests.post;
import static org.yimmo.wsgi.itests.support.Requests.request;
import static org.yimmo.wsgi.itests.support.Requests.utf8;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Browser;
import org.yimmo.wsgi.itests.support.Comparison;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Reference;
import org.yimmo.wsgi.itests.support.Reply;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** The examples answer as they do under the standard library's server. */
class ExamplesIT {
  /** One request to compare; {@code octets} one per character. */
  record Sample(String method, String octets) {
    static Sample of(String octets) {
      return new Sample(octets.substring(0, octets.indexOf(' ')), octets);
    }

    @Override
    public String toString() {
      return octets.substring(0, octets.indexOf(" HTTP/"));
    }
  }

  /** The server under test and the reference, with the same application. */
  private static final class Pair implements AutoCloseable {
    private final Server server;
    private final Reference reference;
    private final Wire kept;

    Pair(Path directory, Path directoryOfReference, String application) {
      reference = Reference.start(directoryOfReference, application);
      server =
          Yimmo.serving(application, "--chdir", directory.toString())
              .environment("PYTHONHASHSEED", Reference.HASH_SEED)
              .start();
      kept = server.connect();
    }

    void assertSame(Sample sample) {
      try (var wire = reference.connect()) {
        var expected = wire.send(sample.octets()).reply(sample.method());
        var actual = kept.send(sample.octets()).reply(sample.method());
        Comparison.assertSame(expected, actual);
      }
    }

    @Override
    public void close() {
      kept.close();
      server.close();
      reference.close();
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class Plain {
    private Pair pair;

    @BeforeAll
    void start() {
      var example = Folders.example("plain");
      pair = new Pair(example, example, "plain:app");
    }

    @AfterAll
    void stop() {
      pair.close();
    }

    static Stream<Sample> samples() {
      return Stream.of(
              get("/"),
              get("/nowhere"),
              get("/nowhere/%E2%82%AC?x"),
              get("/form"),
              form("/form", "name=Ada+Lovelace&colour=%23c0ffee&empty="),
              form("/form", ""),
              get("/redirect"),
              get("/cookies"),
              get("/cookies", "Cookie: visits=41; other=x"),
              get("/stream"),
              get("/download?mib=3"),
              get("/download?mib=0"),
              post("/upload", "application/octet-stream", "\0\1\2ÿ"),
              get("/request?a=1&b=%20&&c", "X-Custom: caf\u00e9", "Accept: a", "Accept: b"),
              get("/request?", "User-Agent: Mozilla/5.0 (X11) x/1", "Referer: http://a/?b#c"),
              request("DELETE", "/request"),
              request("PATCH", "/request"),
              request("OPTIONS", "/request"),
              get("/%72equest"),
              get("/request%2Fa"),
              request("HEAD", "/"),
              request("HEAD", "/nowhere"))
          .map(Sample::of);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void plainAnswersAsUnderWsgiref(Sample sample) {
      pair.assertSame(sample);
    }

    @Test
    void answers500WhenThePageFails() {
      var reply = pair.server.get("/error");

      assertEquals(500, reply.status());
      assertTrue(!reply.content().contains("always fails"), reply.content());
      pair.server.log().await("RuntimeError: this page always fails");
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class Flask {
    private Pair pair;

    @BeforeAll
    void start() {
      Pythons.require("flask");
      var example = Folders.example("flask");
      pair = new Pair(example, example, "shop:app");
    }

    @AfterAll
    void stop() {
      if (pair != null) {
        pair.close();
      }
    }

    static Stream<Sample> samples() {
      return Stream.of(
              get("/"),
              get("/", "Cookie: theme=dark"),
              get("/products/3"),
              get("/products/17"),
              get("/nowhere"),
              get("/api/products"),
              get("/api/products/1"),
              post("/api/price", "application/json", "{\"items\": {\"1\": 2, \"3\": 1}}"),
              post("/api/price", "application/json", "{broken"),
              post("/api/price", "text/plain", "x"),
              get("/search?q=caf%C3%A9"),
              get("/search?q=" + utf8("é").replace(' ', '+')),
              get("/search?q=nothing+like+this"),
              form("/theme", "theme=dark"),
              form("/theme", "wrong=field"),
              get("/theme"),
              get("/cart"),
              form("/cart", "product=99"),
              get("/export?mib=2"),
              get("/error"),
              request("HEAD", "/"),
              request("HEAD", "/api/products"),
              request("OPTIONS", "/cart"),
              request("DELETE", "/cart"),
              upload(1_000),
              upload(20 << 20))
          .map(Sample::of);
    }

    private static String upload(int size) {
      var file = new byte[size];
      new Random(size).nextBytes(file);
      var content =
          "--limit\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"
              + utf8("Teekännchen")
              + "\r\n--limit\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\""
              + "\r\nContent-Type: image/jpeg\r\n\r\n"
              + new String(file, StandardCharsets.ISO_8859_1)
              + "\r\n--limit--\r\n";
      return post("/photos", "multipart/form-data; boundary=limit", content);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void flaskAnswersAsUnderWsgiref(Sample sample) {
      pair.assertSame(sample);
    }

    @Test
    void keepsTheCartInTheSession() {
      var browser = new Browser(pair.server::connect);

      var first = browser.post("/cart", "product=1");
      browser.post("/cart", "product=1");
      browser.post("/cart", "product=2");

      assertEquals(303, first.status());
      assertEquals("/cart", first.field("Location").orElse(""));
      assertEquals("{\"1\":2,\"2\":1}\n", browser.get("/cart").content());
    }

    @Test
    void logsTheTracebackOfAPageThatFails() {
      pair.server.get("/error");

      pair.server.log().await("RuntimeError: this page always fails");
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class Django {
    private static final Pattern RANDOM =
        Pattern.compile(
            "(?<=csrfmiddlewaretoken\" value=\")\\w+"
                + "|(?<=csrftoken=)\\w+|(?<=sessionid=)\\w+|(?<=messages=)[^;]+|(?<=[Ee]xpires[=:] ?)[^;\n]+GMT");
    private Pair pair;

    @BeforeAll
    void start() {
      Pythons.require("django");
      var project = Folders.copy(Folders.example("django"), "django");
      manage(project, "migrate", "--verbosity", "0");
      manage(
          project,
          "shell",
          "--command",
          "from django.contrib.auth.models import User;"
              + "User.objects.create_superuser('admin', 'admin@example.org', 'secret')");
      pair = new Pair(project, Folders.copy(project, "django"), "library.wsgi:application");
    }

    private static void manage(Path project, String... arguments) {
      var command = Stream.concat(Stream.of("manage.py"), Stream.of(arguments));
      var finished = Pythons.run(project, command.toArray(String[]::new));
      assertEquals(0, finished.status(), finished.err());
    }

    @AfterAll
    void stop() {
      if (pair != null) {
        pair.close();
      }
    }

    static Stream<Sample> samples() {
      return Stream.of(
              get("/"),
              get("/books/2/"),
              get("/books/2"),
              get("/books/99/"),
              get("/api/books/"),
              get("/admin/"),
              get("/admin"),
              get("/nowhere"),
              form("/suggest/", "title=No&author=Token&year=1"),
              request("PUT", "/suggest/"),
              get("/error/"),
              get("/static/admin/css/base.css"),
              get("/static/admin/js/vendor/jquery/jquery.js"),
              get("/static/nowhere.css"),
              request("HEAD", "/"),
              request("HEAD", "/static/admin/css/base.css"))
          .map(Sample::of);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void djangoAnswersAsUnderWsgiref(Sample sample) {
      pair.assertSame(sample);
    }

    @Test
    void logsInToTheAdminAndAddsABook() {
      var expected = visit(new Browser(pair.reference::connect));
      var actual = visit(new Browser(pair.server::connect));

      assertEquals(List.of(200, 302, 200, 200, 302, 200), statuses(actual));
      assertTrue(actual.getLast().content().contains("Moby-Dick"), actual.getLast().toString());
      for (var i = 0; i < expected.size(); i++) {
        Comparison.assertSame(expected.get(i), actual.get(i), Django::withoutRandomness);
      }
    }

    private static String withoutRandomness(String text) {
      return RANDOM.matcher(text).replaceAll("(random)");
    }

    private static List<Reply> visit(Browser browser) {
      return List.of(
          browser.get("/admin/login/?next=/admin/"),
          browser.post("/admin/login/?next=/admin/", "username=admin&password=secret"),
          browser.get("/admin/"),
          browser.get("/admin/books/book/add/"),
          browser.post(
              "/admin/books/book/add/", "title=Moby-Dick&author=Melville&year=1851&_save=Save"),
          browser.get("/admin/books/book/?q=moby"));
    }

    private static List<Integer> statuses(List<Reply> replies) {
      return replies.stream().map(Reply::status).toList();
    }
  }
}
