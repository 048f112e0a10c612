package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Certificates;
import org.yimmo.wsgi.itests.support.Curl;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.H2Load;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** HTTP/2 as clients see it: curl and h2load, over TLS and with prior knowledge. */
@Execution(ExecutionMode.CONCURRENT)
class Http2IT {
  private static final Path PAIR = Folders.fresh("http2-pair");

  /** With TLS of the JDK; {@code https} is with that of BoringSSL. */
  private static final String BY_JDK = "https by the JDK";

  @BeforeAll
  static void makePair() {
    Certificates.selfSigned(PAIR, "localhost", "localhost");
  }

  private static Yimmo serving(String scheme, String... options) {
    var all = new ArrayList<>(List.of("-t", "2"));
    if (scheme.startsWith("https")) {
      all.addAll(List.of("--certfile", PAIR.resolve("localhost.crt").toString()));
      all.addAll(List.of("--keyfile", PAIR.resolve("localhost.key").toString()));
      all.addAll(List.of("--tls-provider", scheme.equals(BY_JDK) ? "jdk" : "auto"));
    }
    all.addAll(List.of(options));
    return Yimmo.serving("switchboard:application", all.toArray(String[]::new));
  }

  private static String url(String scheme, Server server, String path) {
    return scheme.split(" ", 2)[0] + "://localhost:" + server.port() + path;
  }

  private static String curl(String scheme, Server server, String path, String... options) {
    var all = new ArrayList<>(List.of(options));
    if (scheme.startsWith("https")) {
      all.addAll(List.of("--cacert", PAIR.resolve("localhost.crt").toString()));
    } else {
      all.add("--http2-prior-knowledge");
    }
    all.add(url(scheme, server, path));
    return Curl.get(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https", BY_JDK})
  void speaksHttp2WithWhoeverCan(String scheme) {
    try (var server = serving(scheme).start()) {
      var said = curl(scheme, server, "/", "--include", "--write-out", "%{http_version}");

      assertTrue(said.startsWith("HTTP/2 200"), said);
      assertTrue(said.contains("\r\nserver: yimmo-wsgi\r\n"), said);
      assertTrue(said.endsWith("\n2"), said);
      server.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void tellsTheApplication(String scheme) {
    try (var server = serving(scheme).start()) {
      var environ =
          curl(scheme, server, "/environment?a=b", "-H", "Cookie: c=1", "-H", "Cookie: d=2");

      assertTrue(environ.contains("SERVER_PROTOCOL|str|HTTP/2\n"), environ);
      assertTrue(environ.contains("HTTP_HOST|str|localhost:" + server.port() + "\n"), environ);
      assertTrue(environ.contains("wsgi.url_scheme|str|" + scheme + "\n"), environ);
      assertTrue(environ.contains("QUERY_STRING|str|a=b\n"), environ);
      assertTrue(environ.contains("HTTP_COOKIE|str|c=1; d=2\n"), environ);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https", BY_JDK})
  void takesAndGivesLargeContent(String scheme) throws IOException {
    var content = Folders.fresh("http2-upload").resolve("content");
    Files.writeString(content, "0123456789abcdef".repeat(256 * 1024));
    try (var server = serving(scheme, "--body-memory-bytes", "64k").start()) {
      var echoed = curl(scheme, server, "/echo", "--data-binary", "@" + content);

      assertEquals(Files.readString(content), echoed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https", BY_JDK})
  void losesNothingUnderLoad(String scheme) {
    try (var server = serving(scheme).start()) {
      var tally =
          H2Load.run(
              url(scheme, server, "").replace("localhost", "127.0.0.1"),
              "-n",
              "20000",
              "-c",
              "10",
              "-m",
              "50");

      assertEquals(20_000, tally.succeeded(), tally::text);
      assertEquals(0, tally.failed(), tally::text);
      server.stop();
    }
  }

  @Test
  void speaksHttp1WhereHttp2IsSwitchedOff() {
    try (var server = serving("https", "--no-http2").start()) {
      var said = curl("https", server, "/", "--http2", "--write-out", "%{http_version}");

      assertTrue(said.endsWith("\n1.1"), said);
    }
  }

  @Test
  void refusesThePrefaceWhenItIsSwitchedOff() {
    try (var server = serving("http", "--no-http2").start();
        var wire = server.connect()) {
      var reply = wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").reply();

      assertEquals(505, reply.status(), reply.toString());
      assertEquals("close", reply.field("Connection").orElse(""));
      assertTrue(wire.ended());
    }
  }

  /** As a browser does for wss: it offers HTTP/1.1 only. */
  @Test
  void speaksHttp1WithWhoeverWantsIt() {
    try (var server = serving("https").start()) {
      var said = curl("https", server, "/", "--http1.1", "--write-out", "%{http_version}");

      assertTrue(said.endsWith("\n1.1"), said);
    }
  }

  @Test
  void servesWebSocketsBesideHttp2() throws Exception {
    var certificate = PAIR.resolve("localhost.crt");
    try (var server =
            Yimmo.serving(
                    "sends_back:application",
                    "--certfile",
                    certificate.toString(),
                    "--keyfile",
                    PAIR.resolve("localhost.key").toString())
                .start();
        var client = HttpClient.newBuilder().sslContext(trusting(certificate)).build()) {
      var address = URI.create("https://localhost:" + server.port() + "/");
      var answer = client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
      assertEquals(HttpClient.Version.HTTP_2, answer.version());

      var echo = new CompletableFuture<String>();
      var socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("wss://localhost:" + server.port() + "/echo"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket webSocket, CharSequence text, boolean last) {
                      echo.complete(text.toString());
                      return null;
                    }
                  })
              .get(20, TimeUnit.SECONDS);
      var _ = socket.sendText("over TLS", true);

      assertEquals("over TLS", echo.get(20, TimeUnit.SECONDS));
      socket.abort();
    }
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var pem = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void believesAProxyInFrontOfIt() {
    try (var server = serving("http", "--proxy-protocol").start()) {
      var environ =
          curl(
              "http",
              server,
              "/environment",
              "--haproxy-protocol",
              "-H",
              "X-Forwarded-Proto: https");

      assertTrue(environ.contains("wsgi.url_scheme|str|https\n"), environ);
      assertTrue(environ.contains("SERVER_PROTOCOL|str|HTTP/2\n"), environ);
    }
  }

  @Test
  void logsTheProtocol() {
    try (var server = serving("http", "--access-log", "-").start()) {
      curl("http", server, "/logged");

      server.process().out().await("\"GET /logged HTTP/2\" ");
    }
  }

  @Test
  void tellsTheClientOfAnApplicationThatFailsMidway() {
    try (var server = serving("http").start()) {
      var said = curl("http", server, "/raising/after/error", "--include");

      assertTrue(said.contains("INTERNAL_ERROR"), said);
      assertTrue(curl("http", server, "/", "--include").startsWith("HTTP/2 200"));
    }
  }

  /** Old workers say GOAWAY and finish what they have; h2load goes on at new ones. */
  @Test
  void losesNoRequestWhenItReloads() {
    try (var fleet = Fleet.serving("fleet")) {
      var before = fleet.awaitServing(2);
      var mark = fleet.log().mark();
      var url = "http://127.0.0.1:" + fleet.server().port();
      var load =
          CompletableFuture.supplyAsync(() -> H2Load.run(url, "-D", "8", "-c", "8", "-m", "4"));
      Await.until(
          "500 requests are answered",
          () -> fleet.status().members().stream().mapToLong(Fleet.Member::requests).sum() > 500);

      fleet.signal("HUP");
      fleet.log().await("reloaded", mark);
      fleet.awaitServing(2, before);
      before.forEach(Fleet::awaitGone);

      var tally = load.join();
      assertTrue(tally.succeeded() > 500, tally::text);
      assertEquals(0, tally.failed(), tally::text);
    }
  }
}
