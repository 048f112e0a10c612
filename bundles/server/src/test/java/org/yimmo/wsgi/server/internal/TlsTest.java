package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS with a certificate that was made for these tests: CN=localhost, valid to 2126. */
@ParameterizedClass
@EnumSource(names = {"OPENSSL", "JDK"})
class TlsTest {
  private static final Path CERTIFICATE = resource("localhost.crt");
  private static final Path KEY = resource("localhost.key");

  @Parameter TlsProvider provider;
  @TempDir Path directory;

  private static Path resource(String name) {
    return Path.of("src", "test", "resources", "tls", name);
  }

  private TestServer.Builder builder() {
    return new TestServer.Builder().tls(Tls.Source.of(CERTIFICATE, KEY).by(provider));
  }

  private static TestClient connect(TestServer server, String protocol) throws Exception {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var file = Files.newInputStream(CERTIFICATE)) {
      trusted.setCertificateEntry(
          "localhost", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return new TestClient(socket);
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.3, auto", "TLSv1.2, auto", "TLSv1.3, nio"})
  void serves(String protocol, String transport) throws Exception {
    try (var server =
            builder()
                .transport(transport)
                .open((exchange, queues) ->
                    queues.respond(
                        TestWorker.whole(
                            exchange,
                            200,
                            "OK",
                            "secure " + exchange.request().endpoints().secure())));
        var client = connect(server, protocol)) {
      assertEquals("https://127.0.0.1:" + server.port(), server.url());
      assertEquals("secure true", client.get("/").response().content());
      assertTrue(client.survives());

      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertEquals("secure true", client.response().content());
      assertTrue(client.closed());
    }
  }

  @Test
  void sendsLargeContents() throws Exception {
    var octets = "0123456789abcdef".repeat(1 << 18);
    try (var server = builder().open(TestWorker.text(octets));
        var client = connect(server, "TLSv1.3")) {
      assertEquals(octets, client.get("/").response().content());
      assertTrue(client.survives());
    }
  }

  @Test
  void letsTheClientReadAnError() throws Exception {
    try (var server = builder().open(TestWorker::path);
        var client = connect(server, "TLSv1.3")) {
      assertEquals(400, client.send("BAD\r\n\r\n").response().status());
      assertTrue(client.closed());
    }
  }

  @Test
  void closesOnClientsWithoutTls() throws Exception {
    try (var server = builder().open(TestWorker::path);
        var client = server.connect();
        var next = connect(server, "TLSv1.3")) {
      client.get("/");

      assertTrue(client.wasReset() || client.closed());
      assertTrue(next.survives());
    }
  }

  @Test
  void closesOnClientsThatDoNotShakeHands() throws Exception {
    try (var server = builder().headerTimeout(Duration.ofMillis(100)).open(TestWorker::path);
        var client = server.connect()) {
      assertTrue(client.closed());
    }
  }

  @Test
  void saysWhichFileIsMissing() {
    var failure =
        assertThrows(StartFailure.class, () -> new Tls(Tls.Source.of(Path.of("no.crt"), KEY)));

    assertEquals(2, failure.exitStatus());
    assertEquals("cannot read tls.cert no.crt: no such file", failure.getMessage());
  }

  @Test
  void saysThatAKeyIsNone() throws Exception {
    var key = Files.writeString(directory.resolve("bad.key"), "hello");

    var failure = assertThrows(StartFailure.class, () -> new Tls(Tls.Source.of(CERTIFICATE, key)));

    assertEquals(2, failure.exitStatus());
    assertTrue(failure.getMessage().startsWith("there is no private key in tls.key " + key));
  }

  @Test
  void saysThatACertificateIsNone() throws Exception {
    var certificate = Files.writeString(directory.resolve("bad.crt"), "hello");

    var failure = assertThrows(StartFailure.class, () -> new Tls(Tls.Source.of(certificate, KEY)));

    assertEquals(2, failure.exitStatus());
  }
}
