package org.yimmo.wsgi.server.internal;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Who does TLS: the BoringSSL that Netty brings along, or the JDK. */
enum TlsProvider {
  /** BoringSSL where it is available and can do what is asked for, otherwise the JDK. */
  AUTO,
  OPENSSL,
  JDK;

  private static final Set<String> KEYS = Set.of("RSA", "EC");
  private static final int LONGEST_EC_KEY_BITS = 384;

  /**
   * @param setting {@code auto}, {@code openssl} or {@code jdk}
   */
  static TlsProvider of(String setting) throws StartFailure {
    return switch (setting) {
      case "auto" -> AUTO;
      case "openssl" -> OPENSSL;
      case "jdk" -> JDK;
      default ->
          throw new StartFailure(
              StartFailure.CONFIGURATION,
              "unknown provider of TLS " + setting + "; choose auto, openssl or jdk",
              null);
    };
  }

  /**
   * Whom to take for these pairs and suites.
   *
   * @param authorities who issues certificates of clients: theirs are expected to be of the same
   *     kind
   * @param ciphers by IANA names
   * @throws StartFailure OpenSSL was asked for and cannot do it
   */
  Choice choose(List<Identity> identities, List<X509Certificate> authorities, List<String> ciphers)
      throws StartFailure {
    if (this == JDK) {
      return new Choice(SslProvider.JDK, "the JDK");
    }
    var obstacle = obstacle(identities, authorities, ciphers);
    if (obstacle.isEmpty()) {
      return new Choice(SslProvider.OPENSSL_REFCNT, OpenSsl.versionString());
    }
    if (this == OPENSSL) {
      throw new StartFailure(
          StartFailure.CONFIGURATION,
          "cannot do TLS with OpenSSL: " + obstacle.get() + "; choose --tls-provider auto",
          OpenSsl.unavailabilityCause());
    }
    return new Choice(SslProvider.JDK, "the JDK, not by OpenSSL: " + obstacle.get());
  }

  /**
   * @param name for people
   */
  record Choice(SslProvider provider, String name) {}

  private static Optional<String> obstacle(
      List<Identity> identities, List<X509Certificate> authorities, List<String> ciphers) {
    if (!OpenSsl.isAvailable()) {
      return Optional.of("it cannot be loaded here, " + OpenSsl.unavailabilityCause());
    }
    return Stream.of(
            identities.stream()
                .map(identity -> identity.key().getAlgorithm())
                .filter(algorithm -> !KEYS.contains(algorithm))
                .map(algorithm -> "it does not take keys of " + algorithm),
            authorities.stream()
                .filter(authority -> !verifies(authority.getPublicKey()))
                .map(authority ->
                    "it does not verify certificates of clients such as that of the authority "
                        + authority.getSubjectX500Principal().getName()),
            unsupported(ciphers))
        .flatMap(Function.identity())
        .findFirst();
  }

  /** BoringSSL asks clients for signatures by RSA and by ECDSA with P-256 and P-384. */
  private static boolean verifies(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec ->
          ec.getParams().getCurve().getField().getFieldSize() <= LONGEST_EC_KEY_BITS;
      case PublicKey other -> other.getAlgorithm().equals("RSA");
    };
  }

  /** Suites of TLS 1.3 cannot be chosen among. */
  private static Stream<String> unsupported(List<String> ciphers) {
    if (CipherNames.hasSome13(ciphers) && !CipherNames.hasAll13(ciphers)) {
      return Stream.of("it speaks all cipher suites of TLS 1.3 or none");
    }
    return ciphers.stream()
        .filter(suite -> !OpenSsl.availableJavaCipherSuites().contains(suite))
        .map(suite -> "it has no cipher suite " + suite);
  }
}
