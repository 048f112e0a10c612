package org.yimmo.wsgi.itests;

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
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
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
@ParameterizedClass
@ValueSource(strings = {"openssl", "jdk"})
class TlsIT {
  private static final Path PAIRS = Folders.fresh("tls-pairs");

  @Parameter String provider;

  @BeforeAll
  static void makePairs() {
    for (var name : List.of("localhost", "other.example", "client")) {
      Certificates.selfSigned(PAIRS, name, name);
    }
  }

  private static String pair(String file) {
    return PAIRS.resolve(file).toString();
  }

  private Yimmo serving(String... options) {
    return serving(pair("localhost.crt"), pair("localhost.key"), options);
  }

  private Yimmo serving(String certificates, String keys, String[] options) {
    var all = new ArrayList<>(List.of("--certfile", certificates, "--keyfile", keys));
    all.addAll(List.of("--tls-provider", provider));
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
      var name = provider.equals("jdk") ? "the JDK" : "BoringSSL";
      assertTrue(server.log().text().contains("TLS is done by " + name), server.log().text());
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
    try (var server = serving(both, keys, new String[0]).start()) {
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
  @ValueSource(strings = {"signal", "files"})
  void renewsCertificatesUnderLoad(String how) throws IOException {
    var folder = Folders.fresh("tls-renewal");
    Certificates.selfSigned(folder, "current", "before");
    Certificates.selfSigned(folder, "next", "after");
    try (var server =
        serving(
                folder.resolve("current.crt").toString(),
                folder.resolve("current.key").toString(),
                new String[0])
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
