package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    var choice = TlsProvider.of("auto").choose(identities, CipherNames.DEFAULT);

    assertTrue(choice.isOpenSsl());
    assertEquals("BoringSSL", choice.name());
    assertEquals(choice, TlsProvider.of("openssl").choose(identities, CipherNames.DEFAULT));
  }

  @Test
  void takesTheJdkWhereThatIsAskedFor() throws Exception {
    assertEquals(
        "the JDK", TlsProvider.of("jdk").choose(List.of(ec()), CipherNames.DEFAULT).name());
  }

  @Test
  void takesTheJdkForKeysThatOpenSslDoesNotTake() throws Exception {
    var identities = List.of(ec(), edDsa());

    var choice = TlsProvider.AUTO.choose(identities, CipherNames.DEFAULT);

    assertEquals("the JDK, not by OpenSSL: it does not take keys of EdDSA", choice.name());
    assertRefused("it does not take keys of EdDSA", identities, CipherNames.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_AES_256_GCM_SHA384,               it speaks all cipher suites of TLS 1.3 or none",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,  it has no cipher suite TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  })
  void takesTheJdkForSuitesThatOpenSslDoesNotHave(String suite, String reason) throws Exception {
    var identities = List.of(ec());

    var choice = TlsProvider.AUTO.choose(identities, List.of(suite));

    assertEquals("the JDK, not by OpenSSL: " + reason, choice.name());
    assertRefused(reason, identities, List.of(suite));
  }

  private static void assertRefused(
      String reason, List<Identity> identities, List<String> ciphers) {
    var failure =
        assertThrows(StartFailure.class, () -> TlsProvider.OPENSSL.choose(identities, ciphers));

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
