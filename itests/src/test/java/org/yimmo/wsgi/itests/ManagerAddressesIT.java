package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yimmo.wsgi.itests.support.Curl;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Running;
import org.yimmo.wsgi.itests.support.Wire;

/** Workers that share several listening sockets. */
@Execution(ExecutionMode.CONCURRENT)
class ManagerAddressesIT {
  @Test
  void eachAddressIsServedByEachWorkerAndByTheirSuccessors() {
    assumeTrue(hasIpv6(), "there is no IPv6 here");
    var socket = Folders.fresh("socket").resolve("s");
    try (var fleet =
        Fleet.serving("fleet", "-b", "127.0.0.1:0", "-b", "[::1]:0", "-b", "unix:" + socket)) {
      var before = fleet.awaitServing(2);
      var said =
          fleet
              .log()
              .await("listening on 127.0.0.1:\\d+, 127.0.0.1:(\\d+), \\[::1\\]:(\\d+), unix:");
      assertServed(said.group(1), said.group(2), socket.toString());

      before.forEach(pid -> Running.signal("KILL", pid));
      fleet.awaitServing(2, before);

      assertServed(said.group(1), said.group(2), socket.toString());
      fleet.stop();
    }
    assertFalse(Files.exists(socket), "the socket file is removed");
  }

  private static void assertServed(String port, String port6, String socket) {
    try (var wire = Wire.to(Integer.parseInt(port))) {
      assertEquals(200, wire.get("/").status());
    }
    for (var arguments :
        List.of(
            List.of("http://[::1]:" + port6 + "/"),
            List.of("--unix-socket", socket, "http://localhost/"))) {
      var content = Curl.get(arguments.toArray(String[]::new));
      assertTrue(content.matches("one \\d+\n"), content);
    }
  }

  private static boolean hasIpv6() {
    var loopback = new byte[16];
    loopback[15] = 1;
    try (var probe = new ServerSocket(0, 1, InetAddress.getByAddress(loopback))) {
      return probe.isBound();
    } catch (IOException _) {
      return false;
    }
  }
}
