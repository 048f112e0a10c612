package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates that are made for a test by openssl, in a folder of its own. */
record Certificates(Path folder) {
  Path file(String name) {
    return folder.resolve(name);
  }

  /**
   * Makes NAME.crt and NAME.key, signed by itself.
   *
   * @param algorithm as {@code -newkey} has it, with its options
   * @param names the host names
   */
  Tls.Source selfSigned(String name, List<String> algorithm, String... names) {
    var command = new ArrayList<>(List.of("req", "-x509", "-nodes", "-days", "2", "-newkey"));
    command.addAll(algorithm);
    command.addAll(List.of("-subj", "/CN=" + name + "/O=Yimmo", "-addext"));
    command.add("subjectAltName=DNS:" + String.join(",DNS:", names));
    command.addAll(List.of("-keyout", name + ".key", "-out", name + ".crt"));
    openssl(command);
    return Tls.Source.of(file(name + ".crt"), file(name + ".key"));
  }

  Tls.Source ec(String name, String... names) {
    return selfSigned(name, List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), names);
  }

  /** Runs openssl in the folder; what it writes is in the message when it fails. */
  void openssl(List<String> arguments) {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    try {
      var process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " failed: " + said);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("openssl is needed to make certificates", e);
    }
  }
}
