package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does TLS for which keys and cipher suites. */
class TlsProviderTest {
  @TempDir Path directory;
  private Certificates made;

  @BeforeEach
  void inTheFolder() {
    made = new Certificates(directory);
  }

  private Identity ec() throws StartFailure {
    made.ec("e", "e.example");
    return read("e");
  }

  private Identity edDsa() throws StartFailure {
    made.selfSigned("d", List.of("ed25519"), "d.example");
    return read("d");
  }

  private Identity read(String name) throws StartFailure {
    return Identity.read(made.file(name + ".crt"), made.file(name + ".key"), Optional.empty());
  }

  @Test
  void takesOpenSslWhereItCan() throws Exception {
    var identities = List.of(ec());

    var choice = TlsProvider.of("auto").choose(identities, List.of(), CipherNames.DEFAULT);

    assertEquals(SslProvider.OPENSSL_REFCNT, choice.provider());
    assertEquals("BoringSSL", choice.name());
    assertEquals(
        choice, TlsProvider.of("openssl").choose(identities, List.of(), CipherNames.DEFAULT));
  }

  @Test
  void takesTheJdkWhereThatIsAskedFor() throws Exception {
    assertEquals(
        "the JDK",
        TlsProvider.of("jdk").choose(List.of(ec()), List.of(), CipherNames.DEFAULT).name());
  }

  @Test
  void takesTheJdkForKeysThatOpenSslDoesNotTake() throws Exception {
    var identities = List.of(ec(), edDsa());

    var choice = TlsProvider.AUTO.choose(identities, List.of(), CipherNames.DEFAULT);

    assertEquals("the JDK, not by OpenSSL: it does not take keys of EdDSA", choice.name());
    assertRefused("it does not take keys of EdDSA", identities, CipherNames.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa-pss", "ec -pkeyopt ec_paramgen_curve:P-521"})
  void takesTheJdkForClientsThatOpenSslDoesNotVerify(String algorithm) throws Exception {
    made.selfSigned("authority", List.of(algorithm.split(" ", -1)), "a.example");
    var authorities = Identity.certificates("tls.ca.certs", made.file("authority.crt"));

    var choice = TlsProvider.AUTO.choose(List.of(ec()), authorities, CipherNames.DEFAULT);

    assertEquals(
        "the JDK, not by OpenSSL: it does not verify certificates of clients such as that of the"
            + " authority O=Yimmo,CN=authority",
        choice.name());
  }

  @Test
  void takesOpenSslForClientsThatItVerifies() throws Exception {
    var identity = ec();

    var choice = TlsProvider.AUTO.choose(List.of(identity), identity.chain(), CipherNames.DEFAULT);

    assertEquals(SslProvider.OPENSSL_REFCNT, choice.provider());
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_AES_256_GCM_SHA384,               it speaks all cipher suites of TLS 1.3 or none",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,  it has no cipher suite TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  })
  void takesTheJdkForSuitesThatOpenSslDoesNotHave(String suite, String reason) throws Exception {
    var identities = List.of(ec());

    var choice = TlsProvider.AUTO.choose(identities, List.of(), List.of(suite));

    assertEquals("the JDK, not by OpenSSL: " + reason, choice.name());
    assertRefused(reason, identities, List.of(suite));
  }

  private static void assertRefused(
      String reason, List<Identity> identities, List<String> ciphers) {
    var failure =
        assertThrows(
            StartFailure.class, () -> TlsProvider.OPENSSL.choose(identities, List.of(), ciphers));

    assertEquals(2, failure.exitStatus());
    assertEquals(
        "cannot do TLS with OpenSSL: " + reason + "; choose --tls-provider auto",
        failure.getMessage());
  }

  @Test
  void refusesOtherWords() {
    var failure = assertThrows(StartFailure.class, () -> TlsProvider.of("gnutls"));

    assertEquals(2, failure.exitStatus());
    assertEquals(
        "unknown provider of TLS gnutls; choose auto, openssl or jdk", failure.getMessage());
  }
}
