package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Pythons;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** Listening sockets that systemd made: sd_listen_fds(3). */
@Execution(ExecutionMode.CONCURRENT)
class SocketActivationIT {
  /** Does what systemd does without {@code NonBlocking=true} in the unit. */
  private static final String SYSTEMD =
      """
      import os, socket, sys
      listening = socket.create_server(("127.0.0.1", 0), backlog=64)
      assert os.get_blocking(listening.fileno())
      if listening.fileno() == 3:
          os.set_inheritable(3, True)
      else:
          os.dup2(listening.fileno(), 3)
      print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
      os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
      os.execv(sys.argv[1], sys.argv[1:])
      """;

  /** Two workers race for each connection: the one that loses must not wait for the next. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void servesOnSocketsThatBlock(String processes) {
    try (var server =
        Yimmo.serving("switchboard:application", "--no-proc", processes)
            .through(Pythons.system().toString(), "-c", SYSTEMD)
            .start()) {
      server.log().await("all workers are ready");
      try (var first = server.connect();
          var second = server.connect()) {
        assertEquals(200, first.get("/hello").status());
        assertEquals(200, second.get("/hello").status());

        for (var i = 0; i < 30; i++) {
          try (var wire = Wire.to(server.port())) {
            assertEquals(200, wire.get("/hello").status());
          }
          assertEquals(200, first.get("/hello").status());
          assertEquals(200, second.get("/hello").status());
        }
      }

      server.stop();
    }
  }
}
