package org.yimmo.wsgi.server.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A certificate of the server with its private key.
 *
 * @param chain the certificate itself first
 * @param names the host names that it is for, in lower case, {@code *.} in front of some
 */
record Identity(List<X509Certificate> chain, PrivateKey key, Set<String> names) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final Set<String> PBES2 = Set.of("PBES2", "1.2.840.113549.1.5.13");

  // Kinds of names, RFC 5280 §4.2.1.6.
  static final int RFC822_NAME = 1;
  static final int DNS_NAME = 2;

  private static final byte[] PROBE = "yimmo-wsgi".getBytes(StandardCharsets.US_ASCII);

  /**
   * Reads the two files of a pair.
   *
   * @param password of the key, if it is encrypted
   * @throws StartFailure a file cannot be read, is not what it should be, or they do not belong
   *     together
   */
  static Identity read(Path certificates, Path keyFile, Optional<char[]> password)
      throws StartFailure {
    var chain = certificates("tls.cert", certificates);
    var key = key(keyFile, password);
    if (!belongs(chain.getFirst(), key)) {
      throw failure(
          "the key " + keyFile + " does not belong to the certificate " + certificates, null);
    }
    return new Identity(chain, key, names(chain.getFirst()));
  }

  /** Whether the certificate is for that host name (RFC 9525 §6.3). */
  boolean isFor(String host) {
    var name = host.toLowerCase(Locale.ROOT);
    var dot = name.indexOf('.');
    return names.contains(name) || (dot > 0 && names.contains("*" + name.substring(dot)));
  }

  /**
   * Reads certificates in PEM.
   *
   * @return at least one
   */
  static List<X509Certificate> certificates(String setting, Path file) throws StartFailure {
    var certificates = new ArrayList<X509Certificate>();
    try {
      var factory = CertificateFactory.getInstance("X.509");
      var blocks = BLOCK.matcher(text(setting, file));
      while (blocks.find()) {
        if (blocks.group(1).endsWith("CERTIFICATE")) {
          certificates.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(octets(blocks.group(2)))));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw failure("cannot use " + setting + " " + file + ": " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw failure(
          "there is no certificate in " + setting + " " + file + "; it must be PEM", null);
    }
    return List.copyOf(certificates);
  }

  private static PrivateKey key(Path file, Optional<char[]> password) throws StartFailure {
    var blocks = BLOCK.matcher(text("tls.key", file));
    while (blocks.find()) {
      try {
        switch (blocks.group(1)) {
          case "PRIVATE KEY" -> {
            return key(file, octets(blocks.group(2)));
          }
          case "RSA PRIVATE KEY" -> {
            return key(file, Pkcs8.ofRsa(octets(blocks.group(2))));
          }
          case "EC PRIVATE KEY" -> {
            return key(file, Pkcs8.ofEc(octets(blocks.group(2))));
          }
          case "ENCRYPTED PRIVATE KEY" -> {
            return key(file, decrypted(file, octets(blocks.group(2)), password));
          }
          default -> {}
        }
      } catch (IllegalArgumentException e) {
        throw failure("cannot use tls.key " + file + ": " + e.getMessage(), e);
      }
    }
    throw failure(
        "there is no private key in tls.key "
            + file
            + "; it must be PEM, and PKCS #8 if it is encrypted: openssl pkcs8 -topk8 makes that",
        null);
  }

  private static byte[] decrypted(Path file, byte[] encrypted, Optional<char[]> password)
      throws StartFailure {
    var secret =
        new PBEKeySpec(
            password.orElseThrow(() ->
                failure(
                    "the private key "
                        + file
                        + " is encrypted: give a file with its password by --key-password-file",
                    null)));
    try {
      var container = new EncryptedPrivateKeyInfo(encrypted);
      var algorithm =
          PBES2.contains(container.getAlgName())
              ? container.getAlgParameters().toString() // its parts are named there
              : container.getAlgName();
      var cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
          container.getAlgParameters());
      return container.getKeySpec(cipher).getEncoded();
    } catch (GeneralSecurityException | IOException e) {
      throw failure(
          "cannot decrypt the private key " + file + ": is the password right? " + e.getMessage(),
          e);
    } finally {
      secret.clearPassword();
    }
  }

  private static PrivateKey key(Path file, byte[] octets) throws StartFailure {
    for (var algorithm : List.of("EC", "RSA", "EdDSA", "RSASSA-PSS")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(octets));
      } catch (GeneralSecurityException _) {
        // of another algorithm
      }
    }
    throw failure("cannot use tls.key " + file + ": it is no key of RSA, EC or EdDSA", null);
  }

  private static boolean belongs(X509Certificate certificate, PrivateKey key) {
    if (key.getAlgorithm().equals("RSASSA-PSS")) { // signs only with parameters
      return certificate.getPublicKey().getAlgorithm().equals("RSASSA-PSS");
    }
    try {
      var signature =
          Signature.getInstance(
              switch (key.getAlgorithm()) {
                case "EC" -> "SHA256withECDSA";
                case "RSA" -> "SHA256withRSA";
                case String other -> other;
              });
      signature.initSign(key);
      signature.update(PROBE);
      var signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      return false; // they are not even of one algorithm
    }
  }

  private static Set<String> names(X509Certificate certificate) {
    var names = new TreeSet<String>();
    for (var name : alternatives(certificate, DNS_NAME)) {
      names.add(name.toLowerCase(Locale.ROOT));
    }
    return names;
  }

  /** The alternative names of one kind; names that cannot be read are none. */
  static List<String> alternatives(X509Certificate certificate, int kind) {
    try {
      return Stream.ofNullable(certificate.getSubjectAlternativeNames())
          .flatMap(Collection::stream)
          .filter(alternative -> alternative.getFirst().equals(kind))
          .map(alternative -> alternative.get(1).toString())
          .toList();
    } catch (CertificateParsingException _) {
      return List.of();
    }
  }

  private static byte[] octets(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }

  /** The text of a file that a setting names. */
  static String text(String setting, Path file) throws StartFailure {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw failure("cannot read " + setting + " " + file + ": " + reason(file, e), e);
    }
  }

  private static String reason(Path file, IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> Files.isDirectory(file) ? "it is a directory" : e.getMessage();
    };
  }

  private static StartFailure failure(String message, Throwable cause) {
    return new StartFailure(StartFailure.CONFIGURATION, message, cause);
  }
}
