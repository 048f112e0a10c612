package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Certificates;
import org.yimmo.wsgi.itests.support.Curl;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Starts with TLS: who does it, and which files end them. */
@Execution(ExecutionMode.CONCURRENT)
class TlsStartIT {
  private static final Path PAIR = Folders.fresh("tls-start");

  @BeforeAll
  static void makePair() {
    Certificates.selfSigned(PAIR, "localhost", "localhost");
    Certificates.selfSigned(PAIR, "other", "other");
  }

  private static String pair(String file) {
    return PAIR.resolve(file).toString();
  }

  private static Yimmo serving(String provider) {
    return serving(pair("localhost.crt"), pair("localhost.key"), "--tls-provider", provider);
  }

  private static Yimmo serving(String certificate, String key, String option, String value) {
    return Yimmo.serving(
        "switchboard:application", "--certfile", certificate, "--keyfile", key, option, value);
  }

  private static Yimmo withoutBoringSsl(String provider) {
    return serving(provider)
        .environment("YIMMO_JAVA_OPTS", "-Dio.netty.handler.ssl.noOpenSsl=true");
  }

  private static String get(Server server) {
    return Curl.get(
        "--cacert", pair("localhost.crt"), "https://localhost:" + server.port() + "/hello");
  }

  private static boolean hasLoadedBoringSsl(Server server) throws IOException {
    return Files.readString(Path.of("/proc/" + server.process().pid() + "/maps"))
        .contains("tcnative");
  }

  @Test
  void takesBoringSslWhereItCanBeLoaded() throws IOException {
    try (var server = serving("auto").start()) {
      assertFalse(get(server).startsWith("curl: "), get(server));
      assertTrue(server.log().text().contains("TLS is done by BoringSSL"), server.log().text());
      assertTrue(hasLoadedBoringSsl(server));
      server.stop();
    }
  }

  @Test
  void loadsItForTlsOnly() throws IOException {
    try (var server = Yimmo.serving("switchboard:application").start()) {
      assertEquals(200, server.get("/hello").status());
      assertFalse(hasLoadedBoringSsl(server));
      server.stop();
    }
  }

  @Test
  void takesTheJdkWhereBoringSslCannotBeLoaded() {
    try (var server = withoutBoringSsl("auto").start()) {
      assertFalse(get(server).startsWith("curl: "), get(server));
      assertTrue(
          server
              .log()
              .text()
              .contains("TLS is done by the JDK, not by OpenSSL: it cannot be loaded here"),
          server.log().text());
      server.stop();
    }
  }

  @Test
  void endsWithTwoWhereBoringSslIsAskedForAndCannotBeLoaded() {
    var ended = withoutBoringSsl("openssl").run();

    assertEquals(2, ended.status(), ended.err());
    assertTrue(
        ended.err().contains("cannot do TLS with OpenSSL: it cannot be loaded here"), ended.err());
    assertTrue(ended.err().contains("choose --tls-provider auto"), ended.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void endsWithTwoWhereFilesDoNotFit(String processes) throws IOException {
    var empty = Files.writeString(Folders.fresh("tls-broken").resolve("empty.key"), "").toString();

    assertRefused(
        processes, pair("localhost.crt"), pair("other.key"), "does not belong to the certificate");
    assertRefused(
        processes, pair("localhost.crt"), empty, "there is no private key in tls.key " + empty);
    assertRefused(processes, pair("none.crt"), pair("localhost.key"), "there is no such file");
  }

  private static void assertRefused(
      String processes, String certificate, String key, String reason) {
    var ended = serving(certificate, key, "-p", processes).run();
    assertEquals(2, ended.status(), ended.err());
    assertTrue(ended.err().contains(reason), ended.err());
  }
}
