package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.yimmo.wsgi.exchange.Fields;

/** What the environ says about TLS, by the names and in the forms of Apache's mod_ssl. */
final class TlsVariables {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss yyyy 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

  /** Attributes of a distinguished name that have a variable of their own. */
  private static final Map<String, String> PARTS =
      Map.of(
          "CN",
          "CN",
          "O",
          "O",
          "OU",
          "OU",
          "C",
          "C",
          "ST",
          "ST",
          "L",
          "L",
          "EMAILADDRESS",
          "Email");

  private final Map<String, String> variables = new LinkedHashMap<>();

  private TlsVariables() {}

  /** Those of a session whose handshake has ended. */
  static Fields of(SSLSession session) {
    var variables = new TlsVariables();
    variables.addSession(session);
    variables.addClient(session);
    var fields = Fields.builder(variables.variables.size());
    variables.variables.forEach(fields::add);
    return fields.build();
  }

  private void addSession(SSLSession session) {
    var suite = session.getCipherSuite();
    var bits = Integer.toString(CipherNames.keyBits(suite));
    add("SSL_PROTOCOL", session.getProtocol());
    add("SSL_CIPHER", CipherNames.ofOpenSsl(suite));
    add("SSL_CIPHER_USEKEYSIZE", bits);
    add("SSL_CIPHER_ALGKEYSIZE", bits);
    add("SSL_CIPHER_EXPORT", "false");
    add("SSL_SECURE_RENEG", "true");
    add("SSL_COMPRESS_METHOD", "NULL");
    var host =
        session instanceof ExtendedSSLSession extended ? Identities.requestedHost(extended) : "";
    if (!host.isEmpty()) {
      add("SSL_TLS_SNI", host);
    }
  }

  private void addClient(SSLSession session) {
    Certificate[] chain;
    try {
      chain = session.getPeerCertificates();
    } catch (SSLPeerUnverifiedException _) {
      add("SSL_CLIENT_VERIFY", "NONE");
      return;
    }
    add("SSL_CLIENT_VERIFY", "SUCCESS");
    addCertificate((X509Certificate) chain[0]);
    for (var i = 1; i < chain.length; i++) {
      add("SSL_CLIENT_CERT_CHAIN_" + (i - 1), pem(chain[i]));
    }
  }

  private void addCertificate(X509Certificate certificate) {
    add("SSL_CLIENT_M_VERSION", Integer.toString(certificate.getVersion()));
    add("SSL_CLIENT_M_SERIAL", hex(certificate.getSerialNumber().toString(16)));
    addName("SSL_CLIENT_S_DN", certificate.getSubjectX500Principal());
    addName("SSL_CLIENT_I_DN", certificate.getIssuerX500Principal());
    add("SSL_CLIENT_V_START", date(certificate.getNotBefore()));
    add("SSL_CLIENT_V_END", date(certificate.getNotAfter()));
    var left = Duration.between(Instant.now(), certificate.getNotAfter().toInstant()).toDays();
    add("SSL_CLIENT_V_REMAIN", Long.toString(Math.max(left, 0)));
    add("SSL_CLIENT_A_SIG", certificate.getSigAlgName());
    add("SSL_CLIENT_A_KEY", certificate.getPublicKey().getAlgorithm());
    addAlternatives(
        "SSL_CLIENT_SAN_Email_", Identity.alternatives(certificate, Identity.RFC822_NAME));
    addAlternatives("SSL_CLIENT_SAN_DNS_", Identity.alternatives(certificate, Identity.DNS_NAME));
    add("SSL_CLIENT_CERT", pem(certificate));
  }

  private static String hex(String digits) {
    var even = digits.length() % 2 == 0 ? digits : "0" + digits;
    return even.toUpperCase(Locale.ROOT);
  }

  private static String date(Date date) {
    return DATE.format(date.toInstant());
  }

  private void addName(String prefix, X500Principal principal) {
    add(prefix, principal.getName(X500Principal.RFC2253));
    var counts = new LinkedHashMap<String, Integer>();
    try {
      // with the name of the attribute for e-mail, which RFC 2253 has no word for
      var parts =
          new LdapName(
              principal.getName(
                  X500Principal.RFC2253, Map.of("1.2.840.113549.1.9.1", "EMAILADDRESS")));
      for (var part : parts.getRdns()) {
        var name = PARTS.get(part.getType().toUpperCase(Locale.ROOT));
        if (name != null) {
          var count = counts.merge(name, 1, Integer::sum) - 1;
          add(prefix + "_" + name + (count == 0 ? "" : "_" + count), part.getValue().toString());
        }
      }
    } catch (InvalidNameException _) {
      // the whole name must do
    }
  }

  private void addAlternatives(String prefix, List<String> names) {
    for (var i = 0; i < names.size(); i++) {
      add(prefix + i, names.get(i));
    }
  }

  private static String pem(Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + PEM.encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was verified has no encoding", e);
    }
  }

  /** PEP 3333, "Unicode Issues": an octet is a character. */
  private void add(String name, String value) {
    variables.put(name, new String(value.getBytes(UTF_8), ISO_8859_1));
  }
}
