package org.yimmo.wsgi.server.internal;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** TLS 1.2 and 1.3 from PEM files. */
final class Tls {
  private Tls() {}

  /**
   * @param certificates the chain, the server's own certificate first
   * @param key its private key, PKCS #8 without a password
   * @throws StartFailure a file cannot be read or is not what it should be
   */
  static SslContext context(Path certificates, Path key) throws StartFailure {
    checkReadable("tls.cert", certificates);
    checkReadable("tls.key", key);
    try {
      return SslContextBuilder.forServer(certificates.toFile(), key.toFile())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION,
          "cannot use the certificate "
              + certificates
              + " with the key "
              + key
              + ": "
              + rootMessage(e)
              + "; both must be PEM, and the key PKCS #8 without a password (openssl pkcs8 -topk8"
              + " -nocrypt)",
          e);
    }
  }

  private static void checkReadable(String setting, Path file) throws StartFailure {
    try (var _ = Files.newInputStream(file)) {
      if (Files.isDirectory(file)) {
        throw new IOException("it is a directory");
      }
    } catch (IOException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION, "cannot read " + setting + " " + file + ": " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      default -> e.getMessage();
    };
  }

  private static String rootMessage(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
