package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §3.2: the four forms of a request target, and the Host field. */
class RequestTargetTest {
  private final Client client = new Client();

  @ParameterizedTest
  @CsvSource({
    "GET, /, /, '', a",
    "GET, /a/b%20c, /a/b%20c, '', a",
    "GET, /a?b=c&d?e, /a, b=c&d?e, a",
    "GET, /?, /, '', a",
    "GET, //a//b, //a//b, '', a",
    "GET, '/a\"<>[]{}|^`', '/a\"<>[]{}|^`', '', a",
    "GET, http://b:80/c?d, /c, d, b:80",
    "GET, HTTPS://b/c, /c, '', b",
    "GET, http://b, /, '', b",
    "GET, http://b?q, /, q, b",
    "GET, http://[::1]:8081/, /, '', [::1]:8081",
    "OPTIONS, *, *, '', a",
    "OPTIONS, /, /, '', a",
    "OPTIONS, http://b, *, '', b",
  })
  void accepts(String method, String target, String path, String query, String host) {
    client.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");

    var request = client.exchange().request();
    assertEquals(method, request.method());
    assertEquals(target, request.target());
    assertEquals(path, request.path());
    assertEquals(query, request.query());
    assertEquals(host, request.fields().first("Host").orElseThrow());
    assertEquals(1, request.fields().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET *",
        "GET a",
        "GET a:80",
        "GET a/b",
        "GET ?q",
        "GET ftp://a/",
        "GET http:///a",
        "GET http://",
        "GET http://u@a/",
        "GET http://a:x/",
        "GET http:/a",
        "OPTIONS *a",
        "OPTIONS a:80",
      })
  void refuses(String methodAndTarget) {
    client.send(methodAndTarget + " HTTP/1.1\r\nHost: a\r\n\r\n");

    assertTrue(client.wasRefusedWith(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:443", "/", "*"})
  void isNoProxy(String target) {
    client.send("CONNECT " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");

    assertTrue(client.wasRefusedWith(501));
  }

  @Test
  void passesUnknownMethods() {
    client.send("M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertEquals("M-SEARCH", client.exchange().request().method());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a.b:80",
        "A_b",
        "192.0.2.1",
        "[::1]",
        "[2001:db8::1]:80",
        "a:",
        "",
        "a%20b",
        "a~b!"
      })
  void acceptsHosts(String host) {
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer();

    assertEquals(Client.ok("/"), client.got());
    assertTrue(client.survives());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // no field at all
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: u@a\r\n",
        "Host: a:b\r\n",
        "Host: a:80:80\r\n",
        "Host: [::1\r\n",
        "Host: []\r\n",
        "Host: [x]\r\n",
        "Host: [::1]x\r\n",
        "Host: http://a\r\n",
        "Host: a\"\r\n",
        "Host: a?\r\n",
        "Host: \u00e4\r\n",
      })
  void refusesHosts(String fields) {
    client.send("GET / HTTP/1.1\r\n" + fields + "\r\n");

    assertTrue(client.wasRefusedWith(400));
  }

  @Test
  void asksHttp10ClientsForNoHost() {
    client.send("GET / HTTP/1.0\r\n\r\n").answer();

    assertEquals(Client.okAndClose("/"), client.got());
  }
}
