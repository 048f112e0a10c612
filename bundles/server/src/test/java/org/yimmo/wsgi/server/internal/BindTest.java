package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said when an address cannot be bound. */
class BindTest {
  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void saysThatAPortIsInUse(String transport) throws Exception {
    try (var server = TestServer.open(TestWorker::path)) {
      var address = "127.0.0.1:" + server.port();

      var failure =
          assertThrows(
              StartFailure.class,
              () -> new TestServer.Builder().transport(transport).bind(address).open());

      assertEquals(3, failure.exitStatus());
      assertEquals(
          "cannot bind " + address + ": address already in use; choose another --port",
          failure.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void saysThatAnAddressIsNotOurs(String transport) {
    var failure =
        assertThrows(
            StartFailure.class,
            () -> new TestServer.Builder().transport(transport).bind("192.0.2.1:0").open());

    assertEquals(3, failure.exitStatus());
    assertEquals(
        "cannot bind 192.0.2.1:0: this machine has no such address; choose another --bind",
        failure.getMessage());
  }

  @Test
  void saysThatAHostIsUnknown() {
    var failure =
        assertThrows(
            StartFailure.class,
            () -> new TestServer.Builder().bind("no.such.host.invalid:0").open());

    assertEquals(3, failure.exitStatus());
    assertTrue(failure.getMessage().startsWith("cannot bind no.such.host.invalid:0: unknown host"));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:80, 127.0.0.1:80",
    ":80, 0.0.0.0:80",
    "*:80, 0.0.0.0:80",
    "[::]:80, [::]:80",
    "localhost:0, localhost:0",
    "unix:/run/x, unix:/run/x"
  })
  void understands(String text, String address) throws Exception {
    assertEquals(address, Address.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "80", "a", "a:", "a:b", "a:-1", "a:65536", "::1:80", "[::1]", "unix:", "a:1:2"
      })
  void refuses(String text) {
    var failure = assertThrows(StartFailure.class, () -> Address.parse(text));

    assertEquals(2, failure.exitStatus());
    assertEquals(
        "cannot bind " + text + ": write HOST:PORT, [IPV6]:PORT or unix:PATH",
        failure.getMessage());
  }

  @Test
  void knowsItsTransports() {
    var failure = assertThrows(StartFailure.class, () -> Transport.of("udp"));

    assertEquals(2, failure.exitStatus());
  }
}
