package org.yimmo.wsgi.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.exchange.Fields;

/** What a field list of HTTP/2 becomes, and which ones are malformed. */
class StreamHeadsTest {
  private static final String[] PSEUDO = StreamClient.GET;

  private final StreamClient client = new StreamClient();

  private static String[] get(String... fields) {
    return Stream.concat(Arrays.stream(PSEUDO), Arrays.stream(fields)).toArray(String[]::new);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("no method", list(":scheme", "http", ":authority", "a", ":path", "/")),
        Arguments.of("no scheme", list(":method", "GET", ":authority", "a", ":path", "/")),
        Arguments.of("no path", list(":method", "GET", ":scheme", "http", ":authority", "a")),
        Arguments.of("no host", list(":method", "GET", ":scheme", "http", ":path", "/")),
        Arguments.of("an empty path", pseudo(":path", "")),
        Arguments.of("a relative path", pseudo(":path", "a")),
        Arguments.of("a URL for a path", pseudo(":path", "http://a/")),
        Arguments.of("a blank in the path", pseudo(":path", "/a b")),
        Arguments.of("a fragment", pseudo(":path", "/#a")),
        Arguments.of("an asterisk for GET", pseudo(":path", "*")),
        Arguments.of("a method that is no token", pseudo(":method", "G T")),
        Arguments.of("an empty method", pseudo(":method", "")),
        Arguments.of("a scheme of something else", pseudo(":scheme", "ftp")),
        Arguments.of("user and password", pseudo(":authority", "user:secret@a")),
        Arguments.of("a blank in the authority", pseudo(":authority", "a b")),
        Arguments.of("a pseudo-header field twice", list(":path", "/", ":path", "/")),
        Arguments.of("one of responses", get0(":status", "200")),
        Arguments.of("one of extended CONNECT", get0(":protocol", "websocket")),
        Arguments.of("one that nobody knows", get0(":else", "1")),
        Arguments.of("one after the fields", get("a", "b", ":path", "/")),
        Arguments.of("upper case", get("Accept", "a")),
        Arguments.of("an empty name", get("", "a")),
        Arguments.of("a blank in a name", get("a b", "c")),
        Arguments.of("a colon in a name", get("a:", "c")),
        Arguments.of("an octet beyond ASCII in a name", get("\u00e4", "c")),
        Arguments.of("a line feed in a value", get("a", "b\nc")),
        Arguments.of("a carriage return in a value", get("a", "b\rc")),
        Arguments.of("NUL in a value", get("a", "b\0c")),
        Arguments.of("a blank before a value", get("a", " b")),
        Arguments.of("a tab after a value", get("a", "b\t")),
        Arguments.of("NUL in a crumb", get("cookie", "a=b", "cookie", "c\0")),
        Arguments.of("Connection", get("connection", "close")),
        Arguments.of("Keep-Alive", get("keep-alive", "timeout=5")),
        Arguments.of("Proxy-Connection", get("proxy-connection", "close")),
        Arguments.of("Transfer-Encoding", get("transfer-encoding", "chunked")),
        Arguments.of("Upgrade", get("upgrade", "websocket")),
        Arguments.of("TE of more than trailers", get("te", "trailers, deflate")),
        Arguments.of("another Host", get("host", "b")),
        Arguments.of("Content-Length twice", get("content-length", "0", "content-length", "0")),
        Arguments.of("Content-Length of letters", get("content-length", "a")));
  }

  private static String[] list(String... namesAndValues) {
    return namesAndValues;
  }

  /** A request whose pseudo-header field has another value. */
  private static String[] pseudo(String name, String value) {
    var changed = PSEUDO.clone();
    changed[Arrays.asList(changed).indexOf(name) + 1] = value;
    return changed;
  }

  private static String[] get0(String name, String value) {
    return Stream.concat(Stream.of(name, value), Arrays.stream(PSEUDO)).toArray(String[]::new);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void resetsTheStreamOf(String what, String... list) {
    var stream = client.list(list).isEmpty();

    assertEquals("PROTOCOL_ERROR", stream.got());
    assertFalse(client.hasExchange());
    assertEquals(400, client.logged.getFirst().status());

    client.get("/again");
    client.answer(); // the connection goes on
  }

  private Fields fields(String... fields) {
    client.list(get(fields)).isEmpty();
    var exchange = client.exchange();
    Client.respond(client.queues, Client.whole(exchange, ""));
    return exchange.request().fields();
  }

  @Test
  void givesTheApplicationTheAuthorityAsHost() {
    assertEquals(Fields.of("Host", "a", "accept", "b"), fields("accept", "b"));
    assertEquals(Fields.of("Host", "a"), fields("host", "A"));
  }

  @Test
  void takesHostWhereThereIsNoAuthority() {
    client.list(":method", "GET", ":scheme", "https", ":path", "/", "host", "b:1").isEmpty();

    assertEquals(Fields.of("host", "b:1"), client.exchange().request().fields());
  }

  @Test
  void joinsCrumbsOfACookie() {
    assertEquals(
        Fields.of("Host", "a", "cookie", "a=1; b=2; c=3", "accept", "d"),
        fields("cookie", "a=1", "accept", "d", "cookie", "b=2; c=3"));
  }

  @Test
  void acceptsWhatIsUnusualAndRight() {
    var accepted =
        fields("te", "trailers", "a", "", "b", "c\td", "e", "\u00e4", "a", "again", "x_y!#", "z");

    assertEquals("trailers", accepted.first("te").orElseThrow());
    assertEquals("\u00e4", accepted.first("e").orElseThrow());
    assertEquals("z", accepted.first("x_y!#").orElseThrow());
  }

  @Test
  void partsPathAndQuery() {
    client.get("/a%20b?c=d?e");

    var request = client.exchange().request();
    assertEquals("/a%20b", request.path());
    assertEquals("c=d?e", request.query());
    assertEquals("/a%20b?c=d?e", request.target());
    assertEquals("HTTP/2", request.protocol());
  }

  @Test
  void servesOptionsOfTheServer() {
    client.request("OPTIONS", "*").isEmpty();

    assertEquals("*", client.exchange().request().path());
  }

  @Test
  void isNoProxy() {
    var stream = client.list(":method", "CONNECT", ":authority", "a:443").isEmpty();

    assertTrue(stream.got().startsWith("501 "), stream.got());
  }

  @Test
  void refusesWhatIsTooLarge() {
    var line = client.get("/" + "a".repeat(Client.LIMITS.maxLineBytes()));
    var fields =
        client.request("GET", "/").with("a", "b".repeat(Client.LIMITS.maxFieldsBytes())).isEmpty();
    var content = client.request("POST", "/").with("content-length", "1001").hasContent();
    var digits = client.request("POST", "/").with("content-length", "1".repeat(30)).hasContent();

    assertTrue(line.got().startsWith("414 "), line.got());
    assertTrue(fields.got().startsWith("431 "), fields.got());
    assertTrue(content.got().startsWith("413 "), content.got());
    assertTrue(digits.got().startsWith("413 "), digits.got());
    assertEquals(
        List.of(414, 431, 413, 413), client.logged.stream().map(AccessLog.Entry::status).toList());
  }

  @Test
  void refusesAnExpectationThatNobodyKnows() {
    var stream = client.request("POST", "/").with("expect", "more").hasContent();

    assertTrue(stream.got().startsWith("417 "), stream.got());
  }

  @Test
  void looksAtRepeatedFieldsOnce() {
    var first = fields("accept", "b");
    client.list(pseudo(":path", "/other")).isEmpty();
    var without = client.exchange().request();
    var again = fields("accept", "b");

    client.request("GET", "/third").with("accept", "b").isEmpty();
    var third = client.exchange().request();

    assertEquals("/other", without.path());
    assertEquals(first, again);
    assertEquals("/third", third.path());
    assertSame(again, third.fields());
  }

  @Test
  void doesNotTakeAFieldsLastHostForTheNextOne() {
    fields("accept", "b");
    client
        .list(":method", "GET", ":scheme", "http", ":authority", "other", ":path", "/")
        .with("accept", "b")
        .isEmpty();

    assertEquals("other", client.exchange().request().fields().first("Host").orElseThrow());
  }
}
