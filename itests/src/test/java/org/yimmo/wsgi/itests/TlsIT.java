package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Curl;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** TLS as clients see it: curl and openssl s_client. */
@Execution(ExecutionMode.CONCURRENT)
class TlsIT {
  private static final Path PAIRS = Folders.fresh("tls-pairs");

  @BeforeAll
  static void makePairs() {
    for (var name : List.of("localhost", "other.example", "client")) {
      makePair(PAIRS, name, name);
    }
  }

  private static void makePair(Path folder, String file, String name) {
    var made =
        Curl.run(
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=DNS:" + name,
                "-keyout",
                folder.resolve(file + ".key").toString(),
                "-out",
                folder.resolve(file + ".crt").toString()));
    assumeTrue(made.isPresent(), "openssl is needed to make certificates");
    assertTrue(Files.exists(folder.resolve(file + ".crt")), made.orElse(""));
  }

  private static String pair(String file) {
    return PAIRS.resolve(file).toString();
  }

  private static Yimmo serving(String... options) {
    var all = new ArrayList<String>();
    all.addAll(List.of("--certfile", pair("localhost.crt"), "--keyfile", pair("localhost.key")));
    all.addAll(List.of(options));
    return Yimmo.serving("switchboard:application", all.toArray(String[]::new));
  }

  private static String environ(Server server, String... options) {
    var all = new ArrayList<>(List.of("--cacert", pair("localhost.crt")));
    all.addAll(List.of(options));
    all.add("https://localhost:" + server.port() + "/environment");
    return Curl.get(all.toArray(String[]::new));
  }

  private static String shake(Server server, String... options) {
    var command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + server.port()));
    command.addAll(List.of(options));
    var quiet =
        new ArrayList<>(List.of("timeout", "20", "sh", "-c", "exec \"$@\" </dev/null", "-"));
    quiet.addAll(command);
    return Curl.run(quiet).orElseThrow();
  }

  @Test
  void tellsTheApplication() {
    try (var server = serving().start()) {
      var told = environ(server);

      assertTrue(told.contains("wsgi.url_scheme|str|https\n"), told);
      assertTrue(told.contains("HTTPS|str|on\n"), told);
      assertTrue(told.contains("SSL_PROTOCOL|str|TLSv1.3\n"), told);
      assertTrue(told.contains("SSL_TLS_SNI|str|localhost\n"), told);
      assertTrue(told.contains("SSL_CLIENT_VERIFY|str|NONE\n"), told);
      var older = environ(server, "--tls-max", "1.2");
      assertTrue(older.contains("SSL_PROTOCOL|str|TLSv1.2\n"), older);
      assertTrue(older.contains("SSL_CIPHER|str|ECDHE-RSA-AES"), older);
      server.stop();
    }
  }

  @Test
  void speaksNothingOlderThanTls12() {
    try (var server = serving().start()) {
      var said = shake(server, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");

      assertTrue(said.contains("Cipher is (NONE)"), said);
      assertTrue(shake(server, "-tls1_2").contains("Protocol  : TLSv1.2"));
      server.stop();
    }
  }

  @Test
  void showsTheCertificateOfTheName() {
    var both = pair("localhost.crt") + "," + pair("other.example.crt");
    var keys = pair("localhost.key") + "," + pair("other.example.key");
    try (var server =
        Yimmo.serving("switchboard:application", "--certfile", both, "--keyfile", keys).start()) {
      assertTrue(shake(server, "-servername", "other.example").contains("CN = other.example"));
      assertTrue(shake(server, "-servername", "localhost").contains("CN = localhost"));
      assertTrue(shake(server, "-noservername").contains("CN = localhost"));
      server.stop();
    }
  }

  @Test
  void asksClientsForCertificates() {
    try (var server =
        serving("--ca-certs", pair("client.crt"), "--cert-reqs", "required").start()) {
      var told = environ(server, "--cert", pair("client.crt"), "--key", pair("client.key"));

      assertTrue(told.contains("SSL_CLIENT_VERIFY|str|SUCCESS\n"), told);
      assertTrue(told.contains("SSL_CLIENT_S_DN|str|CN=client\n"), told);
      assertTrue(environ(server).startsWith("curl: "));
      server.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void endsWithTwoWhereFilesDoNotFit(String processes) throws IOException {
    var broken = Folders.fresh("tls-broken");
    var ended =
        Yimmo.serving(
                "switchboard:application",
                "-p",
                processes,
                "--certfile",
                pair("localhost.crt"),
                "--keyfile",
                pair("client.key"))
            .run();

    assertEquals(2, ended.status(), ended.err());
    assertTrue(ended.err().contains("does not belong to the certificate"), ended.err());
    var empty = Files.writeString(broken.resolve("empty.key"), "").toString();
    ended =
        Yimmo.serving(
                "switchboard:application",
                "-p",
                processes,
                "--certfile",
                pair("localhost.crt"),
                "--keyfile",
                empty)
            .run();
    assertEquals(2, ended.status(), ended.err());
    assertTrue(ended.err().contains("there is no private key in tls.key " + empty), ended.err());
    ended =
        Yimmo.serving(
                "switchboard:application",
                "-p",
                processes,
                "--certfile",
                pair("none.crt"),
                "--keyfile",
                pair("localhost.key"))
            .run();
    assertEquals(2, ended.status(), ended.err());
    assertTrue(ended.err().contains("there is no such file"), ended.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"signal", "files"})
  void renewsCertificatesUnderLoad(String how) throws IOException {
    var folder = Folders.fresh("tls-renewal");
    makePair(folder, "current", "before");
    makePair(folder, "next", "after");
    try (var server =
        Yimmo.serving(
                "switchboard:application",
                "--certfile",
                folder.resolve("current.crt").toString(),
                "--keyfile",
                folder.resolve("current.key").toString())
            .start()) {
      assertTrue(shake(server).contains("CN = before"));
      var load = CompletableFuture.supplyAsync(() -> load(server));

      for (var suffix : List.of(".key", ".crt")) {
        Files.move(
            folder.resolve("next" + suffix),
            folder.resolve("current" + suffix),
            StandardCopyOption.REPLACE_EXISTING);
      }
      if (how.equals("signal")) {
        server.process().signal("HUP");
      }

      Await.until("the new certificate is shown", () -> shake(server).contains("CN = after"));
      assertFalse(load.join().contains("failed"), load.join());
      server.stop();
    }
  }

  /** Some hundred requests, on one connection and on new ones in turn. */
  private static String load(Server server) {
    var said = new StringBuilder();
    for (var round = 0; round < 20; round++) {
      said.append(
          Curl.get(
              "-k",
              "-o",
              "/dev/null",
              "-w",
              "%{http_code}\n",
              "https://localhost:" + server.port() + "/hello?[1-20]"));
    }
    return said.toString().replaceAll("200\n", "").isEmpty() ? "" : "failed: " + said;
  }
}
