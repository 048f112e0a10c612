package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Certificates that openssl makes for a test. */
public final class Certificates {
  private Certificates() {}

  /**
   * Makes FILE.crt, signed by itself, and FILE.key; the test is skipped where there is no openssl.
   *
   * @param name the host name that it is for
   */
  public static void selfSigned(Path folder, String file, String name) {
    var certificate = folder.resolve(file + ".crt");
    var made =
        Curl.run(
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=DNS:" + name,
                "-keyout",
                folder.resolve(file + ".key").toString(),
                "-out",
                certificate.toString()));
    assumeTrue(made.isPresent(), "openssl is needed to make certificates");
    assertTrue(Files.exists(certificate), made.orElse(""));
  }
}
