package org.yimmo.wsgi.server.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Cipher suites by their names of IANA, as the JDK has them, and of OpenSSL. */
final class CipherNames {
  /** With forward secrecy and authenticated encryption (RFC 9325 §4.2), the quickest first. */
  static final List<String> DEFAULT =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final List<String> TLS_13 = DEFAULT.subList(0, 3);

  private CipherNames() {}

  /**
   * The suites of a list such as {@code TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256}.
   *
   * @param supported by IANA names
   * @throws StartFailure a name is unknown
   */
  static List<String> parse(String names, Set<String> supported) throws StartFailure {
    var suites = new ArrayList<String>();
    for (var name : names.split("[:, ]+", -1)) {
      suites.add(
          supported.stream()
              .filter(suite -> suite.equals(name) || ofOpenSsl(suite).equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new StartFailure(
                      StartFailure.CONFIGURATION,
                      "tls.ciphers: there is no cipher suite \""
                          + name
                          + "\"; choose among "
                          + String.join(":", DEFAULT),
                      null)));
    }
    return suites;
  }

  /** The name that OpenSSL, and so mod_ssl, has for a suite. */
  static String ofOpenSsl(String suite) {
    return suite.contains("_WITH_")
        ? suite
            .replaceFirst("^TLS_(RSA_(?=WITH))?", "")
            .replaceFirst("_?WITH_", "_")
            .replaceFirst("^_", "")
            .replaceFirst("AES_(128|256)_", "AES$1_")
            .replaceFirst("_CBC_", "_")
            .replaceFirst("(POLY1305)_SHA256$", "$1")
            .replace('_', '-')
        : suite; // TLS 1.3: both have the same
  }

  static boolean hasSome13(List<String> suites) {
    return !Collections.disjoint(suites, TLS_13);
  }

  static boolean hasAll13(List<String> suites) {
    return suites.containsAll(TLS_13);
  }

  /** The bits of the key of its encryption. */
  static int keyBits(String suite) {
    return suite.contains("AES_128") ? 128 : 256;
  }
}
