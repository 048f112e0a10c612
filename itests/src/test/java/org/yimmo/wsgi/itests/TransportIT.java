package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Certificates;
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
    Certificates.selfSigned(folder, "localhost", "localhost");

    try (var server =
        Yimmo.serving(
                "switchboard:application",
                "--certfile",
                folder.resolve("localhost.crt").toString(),
                "--keyfile",
                folder.resolve("localhost.key").toString())
            .start()) {
      var environ =
          Curl.get(
              "--cacert",
              folder.resolve("localhost.crt").toString(),
              "https://localhost:" + server.port() + "/environment");

      assertTrue(environ.contains("wsgi.url_scheme|str|https\n"), environ);
      assertTrue(environ.contains("HTTPS|str|on\n"), environ);
      server.stop();
    }
  }
}
