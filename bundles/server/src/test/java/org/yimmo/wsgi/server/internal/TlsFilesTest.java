package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.exchange.Fields;

/** Which certificate is shown, who may connect, and what the environ says about it. */
@ParameterizedClass
@EnumSource(names = {"OPENSSL", "JDK"})
class TlsFilesTest {
  private static final List<String> RSA = List.of("rsa:2048");

  @Parameter TlsProvider provider;
  @TempDir Path directory;
  private Certificates made;

  @BeforeEach
  void inTheFolder() {
    made = new Certificates(directory);
  }

  private TestServer serve(Tls.Source source) throws StartFailure {
    return new TestServer.Builder()
        .tls(source.by(provider))
        .open((exchange, queues) ->
            queues.respond(
                TestWorker.whole(
                    exchange, 200, "OK", exchange.request().endpoints().tls().toString())));
  }

  private Tls.Source pairs(ClientAuth clients, String authority, String... names) {
    return new Tls.Source(
        files(".crt", names),
        files(".key", names),
        Optional.empty(),
        authority.isEmpty() ? Optional.empty() : Optional.of(made.file(authority)),
        clients,
        "",
        true,
        provider);
  }

  private List<Path> files(String suffix, String... names) {
    return List.of(names).stream().map(name -> made.file(name + suffix)).toList();
  }

  /** A client that takes any certificate of a server, and shows these. */
  private static SSLSocket connect(TestServer server, String host, KeyManager... keys)
      throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new TrustsAll()}, null);
    var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    if (!host.isEmpty()) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
    }
    return socket;
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static String shown(TestServer server, String host) throws Exception {
    try (var socket = connect(server, host)) {
      socket.startHandshake();
      var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.example,      a",
    "b.example,      b",
    "B.Example,      b",
    "www.c.example,  c",
    "c.example,      a",
    "x.www.c.example, a",
    "other.example,  a",
    "'',             a",
  })
  void showsTheCertificateOfTheNameThatIsAskedFor(String host, String name) throws Exception {
    made.selfSigned("a", RSA, "a.example");
    made.ec("b", "b.example");
    made.ec("c", "*.c.example");

    try (var server = serve(pairs(ClientAuth.NONE, "", "a", "b", "c"))) {
      assertEquals("O=Yimmo,CN=" + name, shown(server, host));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.3, ecdsa_secp256r1_sha256, e",
    "TLSv1.3, rsa_pss_rsae_sha256 rsa_pkcs1_sha256, r",
    "TLSv1.2, ecdsa_secp256r1_sha256, e",
    "TLSv1.2, rsa_pkcs1_sha256,       r",
  })
  void showsACertificateThatTheClientCanVerify(String protocol, String schemes, String name)
      throws Exception {
    made.ec("e", "a.example");
    made.selfSigned("r", RSA, "a.example");

    try (var server = serve(pairs(ClientAuth.NONE, "", "e", "r"));
        var socket = connect(server, "a.example")) {
      var parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {protocol});
      parameters.setSignatureSchemes(schemes.split(" ", -1));
      socket.setSSLParameters(parameters);
      socket.startHandshake();

      var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      assertEquals("O=Yimmo,CN=" + name, certificate.getSubjectX500Principal().getName());
    }
  }

  @Test
  void tellsWhatWasAgreedOn() throws Exception {
    made.ec("a", "a.example");

    try (var server = serve(pairs(ClientAuth.NONE, "", "a"));
        var socket = connect(server, "a.example");
        var client = new TestClient(socket)) {
      socket.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
      assertEquals(
          Fields.of(
                  "SSL_PROTOCOL", "TLSv1.3",
                  "SSL_CIPHER", "TLS_AES_128_GCM_SHA256",
                  "SSL_CIPHER_USEKEYSIZE", "128",
                  "SSL_CIPHER_ALGKEYSIZE", "128",
                  "SSL_CIPHER_EXPORT", "false",
                  "SSL_SECURE_RENEG", "true",
                  "SSL_COMPRESS_METHOD", "NULL",
                  "SSL_TLS_SNI", "a.example",
                  "SSL_CLIENT_VERIFY", "NONE")
              .toString(),
          client.get("/").response().content());
    }
  }

  @Test
  void tellsWhoTheClientIs() throws Exception {
    made.ec("a", "a.example");
    made.ec("client", "client.example");

    try (var server = serve(pairs(ClientAuth.REQUIRE, "client.crt", "a"));
        var client = new TestClient(connect(server, "", keys("client")))) {
      var told = client.get("/").response().content();

      assertTrue(told.contains("SSL_CLIENT_VERIFY: SUCCESS\n"), told);
      assertTrue(told.contains("SSL_CLIENT_S_DN: O=Yimmo,CN=client\n"), told);
      assertTrue(told.contains("SSL_CLIENT_S_DN_CN: client\n"), told);
      assertTrue(told.contains("SSL_CLIENT_I_DN_O: Yimmo\n"), told);
      assertTrue(told.contains("SSL_CLIENT_SAN_DNS_0: client.example\n"), told);
      assertTrue(told.contains("SSL_CLIENT_M_VERSION: 3\n"), told);
      assertTrue(told.contains("SSL_CLIENT_V_REMAIN: 1\n"), told);
      assertTrue(
          told.contains("SSL_CLIENT_CERT: " + Files.readString(made.file("client.crt"))), told);
    }
  }

  @ParameterizedTest
  @CsvSource({"REQUIRE, stranger", "REQUIRE, ''", "OPTIONAL, stranger"})
  void turnsStrangersAway(ClientAuth clients, String shows) throws Exception {
    made.ec("a", "a.example");
    made.ec("client", "client.example"); // of the same name, or its owner would not show it
    for (var suffix : List.of(".key", ".crt")) {
      Files.move(made.file("client" + suffix), made.file("stranger" + suffix));
    }
    made.ec("client", "client.example");
    var keys = shows.isEmpty() ? new KeyManager[0] : new KeyManager[] {keys(shows)};

    try (var server = serve(pairs(clients, "client.crt", "a"))) {
      try (var client = new TestClient(connect(server, "", keys))) {
        assertThrows(IOException.class, () -> client.get("/").response());
      }

      try (var known = new TestClient(connect(server, "", keys("client")))) {
        assertTrue(known.survives());
      }
    }
  }

  @Test
  void servesWhoShowsNothingWhereThatIsOptional() throws Exception {
    made.ec("a", "a.example");

    try (var server = serve(pairs(ClientAuth.OPTIONAL, "a.crt", "a"));
        var client = new TestClient(connect(server, ""))) {
      assertTrue(client.get("/").response().content().contains("SSL_CLIENT_VERIFY: NONE\n"));
    }
  }

  private KeyManager keys(String name) throws Exception {
    made.openssl(
        List.of(
            "pkcs12",
            "-export",
            "-in",
            name + ".crt",
            "-inkey",
            name + ".key",
            "-out",
            name + ".p12",
            "-passout",
            "pass:secret"));
    var store = KeyStore.getInstance(made.file(name + ".p12").toFile(), "secret".toCharArray());
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, "secret".toCharArray());
    return factory.getKeyManagers()[0];
  }

  @Test
  void showsNewCertificatesToNewConnections() throws Exception {
    made.ec("a", "a.example");
    made.ec("b", "a.example");

    try (var server = serve(pairs(ClientAuth.NONE, "", "a"));
        var before = new TestClient(connect(server, ""))) {
      assertTrue(before.survives());
      Files.writeString(made.file("a.key"), "not yet whole");
      awaitLooks();
      assertEquals("O=Yimmo,CN=a", shown(server, ""), "what is broken changes nothing");

      for (var suffix : List.of(".key", ".crt")) {
        Files.move(
            made.file("b" + suffix), made.file("a" + suffix), StandardCopyOption.REPLACE_EXISTING);
      }

      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!shown(server, "").equals("O=Yimmo,CN=b") && System.nanoTime() < deadline) {
        awaitLooks();
      }
      assertEquals("O=Yimmo,CN=b", shown(server, ""));
      assertTrue(before.survives());
    }
  }

  private static void awaitLooks() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
  }

  @ParameterizedTest
  @CsvSource({
    "rsa:2048, rsa -traditional, RSA PRIVATE KEY",
    "rsa:4096, rsa -traditional, RSA PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-256, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-384, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-521, ec, EC PRIVATE KEY",
  })
  void takesKeysOfOlderForms(String algorithm, String command, String label) throws Exception {
    made.selfSigned("a", List.of(algorithm.split(" ", -1)), "a.example");
    made.openssl(List.of((command + " -in a.key -out old.key").split(" ", -1)));
    Files.move(made.file("old.key"), made.file("a.key"), StandardCopyOption.REPLACE_EXISTING);

    assertTrue(Files.readString(made.file("a.key")).contains("BEGIN " + label));
    try (var server = serve(pairs(ClientAuth.NONE, "", "a"))) {
      assertEquals("O=Yimmo,CN=a", shown(server, ""));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MA==",
        "MAA=", // empty
        "MIGkAgEBBDA=", // cut off
        "MA0CAQEECGFhYWFhYWFh", // does not name its curve
      })
  void refusesWhatIsNoKeyOfEc(String content) throws Exception {
    made.ec("a", "a.example");
    var pem = "-----BEGIN EC PRIVATE KEY-----\n" + content + "\n-----END EC PRIVATE KEY-----\n";
    Files.writeString(made.file("a.key"), pem);

    var failure = assertThrows(StartFailure.class, () -> serve(pairs(ClientAuth.NONE, "", "a")));

    assertEquals(2, failure.exitStatus());
    assertEquals(
        "cannot use tls.key " + made.file("a.key") + ": it is no key of EC that names its curve",
        failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA1"})
  void decryptsKeys(String options) throws Exception {
    made.ec("a", "a.example");
    var command = "pkcs8 -topk8 -in a.key -out secret.key -passout pass:open-sesame " + options;
    made.openssl(List.of(command.split(" ", -1)));
    var password = Files.writeString(made.file("password"), "open-sesame\n");
    var wrong = Files.writeString(made.file("wrong"), "sesame\n");

    try (var server = serve(encrypted(Optional.of(password)))) {
      assertEquals("O=Yimmo,CN=a", shown(server, ""));
    }
    var refused = assertThrows(StartFailure.class, () -> new Tls(encrypted(Optional.of(wrong))));
    assertEquals(2, refused.exitStatus());
    assertTrue(refused.getMessage().contains("is the password right?"), refused.getMessage());
    var needed = assertThrows(StartFailure.class, () -> new Tls(encrypted(Optional.empty())));
    assertTrue(needed.getMessage().contains("--key-password-file"), needed.getMessage());
    assertFalse(refused.getMessage().contains("sesame"), refused.getMessage());
  }

  private Tls.Source encrypted(Optional<Path> password) {
    return new Tls.Source(
        List.of(made.file("a.crt")),
        List.of(made.file("secret.key")),
        password,
        Optional.empty(),
        ClientAuth.NONE,
        "",
        true,
        provider);
  }

  @Test
  void saysThatAPairIsNone() {
    made.ec("a", "a.example");
    made.ec("b", "b.example");
    made.selfSigned("r", RSA, "b.example");

    for (var key : List.of("b.key", "r.key")) {
      var source = Tls.Source.of(made.file("a.crt"), made.file(key));
      var failure = assertThrows(StartFailure.class, () -> new Tls(source));

      assertEquals(2, failure.exitStatus());
      assertEquals(
          "the key %s does not belong to the certificate %s"
              .formatted(made.file(key), made.file("a.crt")),
          failure.getMessage());
    }
  }

  @Test
  void agreesOnWhatTheSettingNames() throws Exception {
    made.ec("a", "a.example");
    var source =
        new Tls.Source(
            files(".crt", "a"),
            files(".key", "a"),
            Optional.empty(),
            Optional.empty(),
            ClientAuth.NONE,
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            true,
            provider);

    try (var server = serve(source);
        var client = new TestClient(connect(server, ""))) {
      var told = client.get("/").response().content();

      assertTrue(told.contains("SSL_PROTOCOL: TLSv1.2\n"), told);
      assertTrue(told.contains("SSL_CIPHER: ECDHE-ECDSA-CHACHA20-POLY1305\n"), told);
    }
  }

  @Test
  void saysWhichCipherIsUnknown() {
    var failure =
        assertThrows(
            StartFailure.class,
            () ->
                CipherNames.parse(
                    "TLS_AES_128_GCM_SHA256:RC4-MD5", Set.of("TLS_AES_128_GCM_SHA256")));

    assertTrue(
        failure.getMessage().startsWith("tls.ciphers: there is no cipher suite \"RC4-MD5\""),
        failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_AES_256_GCM_SHA384, TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, ECDHE-ECDSA-AES256-SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256, AES128-GCM-SHA256",
  })
  void knowsTheNamesOfOpenSsl(String suite, String name) {
    assertEquals(name, CipherNames.ofOpenSsl(suite));
  }
}
