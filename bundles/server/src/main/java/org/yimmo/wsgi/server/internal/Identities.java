package org.yimmo.wsgi.server.internal;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Chooses the certificate of the name that the client asks for (SNI, RFC 6066 §3): of those for
 * that name the first whose key the client can verify. For another name, and without one, those
 * count that are for the same names as the first.
 *
 * <p><em>Thread:</em> any; immutable.
 */
final class Identities extends X509ExtendedKeyManager {
  private final List<Identity> all;

  Identities(List<Identity> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    if (keyType.equals("EC") && !canVerifyEcdsa(engine)) {
      return null;
    }
    var candidates = candidates(engine);
    for (var i = 0; i < all.size(); i++) {
      var identity = all.get(i);
      if (candidates.contains(identity) && identity.key().getAlgorithm().equals(keyType)) {
        return Integer.toString(i);
      }
    }
    return null; // of this type there is none: the next one is asked for
  }

  /** The JDK does not ask for what the client cannot verify, OpenSSL does. */
  private static boolean canVerifyEcdsa(SSLEngine engine) {
    if (!(engine.getHandshakeSession() instanceof ExtendedSSLSession session)) {
      return true;
    }
    var algorithms = session.getPeerSupportedSignatureAlgorithms();
    return algorithms.length == 0
        || Stream.of(algorithms).anyMatch(algorithm -> algorithm.contains("ECDSA"));
  }

  private List<Identity> candidates(SSLEngine engine) {
    var host = requestedHost(engine);
    var named = all.stream().filter(identity -> identity.isFor(host)).toList();
    return named.isEmpty()
        ? all.stream().filter(identity -> identity.names().equals(all.getFirst().names())).toList()
        : named;
  }

  /** The name that the client asks for, or empty. */
  private static String requestedHost(SSLEngine engine) {
    return engine.getHandshakeSession() instanceof ExtendedSSLSession session
        ? requestedHost(session)
        : "";
  }

  /** The name that the client asked for, or empty. */
  static String requestedHost(ExtendedSSLSession session) {
    return session.getRequestedServerNames().stream()
        .filter(SNIHostName.class::isInstance)
        .map(name -> ((SNIHostName) name).getAsciiName())
        .findFirst()
        .orElse("");
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return all.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return all.get(Integer.parseInt(alias)).key();
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return null; // the server has engines only
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return new String[0];
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return new String[0];
  }

  @Override
  public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
    return null;
  }
}
