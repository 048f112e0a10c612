package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.yimmo.wsgi.itests.support.Certificates;
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
      Certificates.selfSigned(PAIRS, name, name);
    }
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
    var empty = Files.writeString(Folders.fresh("tls-broken").resolve("empty.key"), "").toString();

    assertRefused(
        processes, pair("localhost.crt"), pair("client.key"), "does not belong to the certificate");
    assertRefused(
        processes, pair("localhost.crt"), empty, "there is no private key in tls.key " + empty);
    assertRefused(processes, pair("none.crt"), pair("localhost.key"), "there is no such file");
  }

  private static void assertRefused(
      String processes, String certificate, String key, String reason) {
    var ended =
        Yimmo.serving(
                "switchboard:application",
                "-p",
                processes,
                "--certfile",
                certificate,
                "--keyfile",
                key)
            .run();
    assertEquals(2, ended.status(), ended.err());
    assertTrue(ended.err().contains(reason), ended.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"signal", "files"})
  void renewsCertificatesUnderLoad(String how) throws IOException {
    var folder = Folders.fresh("tls-renewal");
    Certificates.selfSigned(folder, "current", "before");
    Certificates.selfSigned(folder, "next", "after");
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

  /** Four hundred requests, on twenty connections one after the other. */
  private static String load(Server server) {
    var said = new StringBuilder();
    for (var round = 0; round < 20; round++) {
      said.append(
          Curl.get(
              "-k",
              "--no-globoff",
              "-o",
              "/dev/null",
              "-w",
              "%{http_code}\n",
              "https://localhost:" + server.port() + "/hello?[1-20]"));
    }
    return said.toString().replaceAll("200\n", "").isEmpty() ? "" : "failed: " + said;
  }
}
