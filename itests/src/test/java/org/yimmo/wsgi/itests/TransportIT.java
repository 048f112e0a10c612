package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Curl;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Yimmo;

/** What requests arrive on: epoll or NIO, TCP or a unix socket, in the clear or under TLS. */
@Execution(ExecutionMode.CONCURRENT)
class TransportIT {
  @ParameterizedTest
  @ValueSource(strings = {"auto", "native", "nio"})
  void servesOnEachTransport(String transport) throws IOException {
    try (var server = Yimmo.serving("switchboard:application", "--transport", transport).start();
        var wire = server.connect()) {
      assertTrue(wire.survives());
      assertEquals(
          "abc",
          wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
              .reply()
              .content());
      wire.send("GET /streams/20 HTTP/1.0\r\n\r\n").head();
      assertEquals(20 << 20, wire.stream().transferTo(OutputStream.nullOutputStream()));
      server.stop();
    }
  }

  @Test
  void listensOnAUnixSocketToo() {
    var socket = Folders.fresh("socket").resolve("s");
    try (var server =
        Yimmo.serving("switchboard:application", "--bind", "unix:" + socket).start()) {
      assertEquals(200, server.get("/hello").status());

      var environ = Curl.get("--unix-socket", socket.toString(), "http://localhost/environment");

      assertTrue(environ.contains("HTTP_HOST|str|localhost\n"), environ);
      assertTrue(environ.contains("REMOTE_ADDR|str|"), environ);
      server.stop();
    }
    assertFalse(Files.exists(socket), "the socket file is removed");
  }

  @Test
  void servesUnderTls() {
    var folder = Folders.fresh("tls");
    certificate(folder);

    try (var server =
        Yimmo.serving(
                "switchboard:application",
                "--certfile",
                folder.resolve("cert.pem").toString(),
                "--keyfile",
                folder.resolve("key.pem").toString())
            .start()) {
      var environ =
          Curl.get(
              "--cacert",
              folder.resolve("cert.pem").toString(),
              "https://localhost:" + server.port() + "/environment");

      assertTrue(environ.contains("wsgi.url_scheme|str|https\n"), environ);
      assertTrue(environ.contains("HTTPS|str|on\n"), environ);
      server.stop();
    }
  }

  private static void certificate(Path folder) {
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
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                folder.resolve("key.pem").toString(),
                "-out",
                folder.resolve("cert.pem").toString()));
    assumeTrue(made.isPresent(), "openssl is needed to make a certificate");
    assertTrue(Files.exists(folder.resolve("cert.pem")), made.orElse(""));
  }
}
