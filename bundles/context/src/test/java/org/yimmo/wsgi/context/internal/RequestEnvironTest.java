package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.context.internal.Calls.bytes;
import static org.yimmo.wsgi.context.internal.Calls.request;

import java.util.HashSet;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;

class RequestEnvironTest {
  @Test
  void holdsEveryVariableOfARequest() {
    var fields =
        Fields.of(
            "Host",
            "example.org",
            "Accept",
            "*/*",
            "Content-Type",
            "text/plain",
            "Content-Length",
            "3");
    var request = request("POST", "/a%20b", "q=1", fields, new Content.Memory(bytes("abc")));
    var expected = new TreeMap<String, String>();
    expected.put("REQUEST_METHOD", "POST");
    expected.put("SCRIPT_NAME", "/a b");
    expected.put("PATH_INFO", "");
    expected.put("QUERY_STRING", "q=1");
    expected.put("REQUEST_URI", "/a%20b?q=1");
    expected.put("SERVER_PROTOCOL", "HTTP/1.1");
    expected.put("SERVER_SOFTWARE", "yimmo-wsgi");
    expected.put("SERVER_NAME", "192.0.2.2");
    expected.put("SERVER_PORT", "8081");
    expected.put("REMOTE_ADDR", "192.0.2.1");
    expected.put("REMOTE_PORT", "50000");
    expected.put("HTTP_HOST", "example.org");
    expected.put("HTTP_ACCEPT", "*/*");
    expected.put("CONTENT_TYPE", "text/plain");
    expected.put("CONTENT_LENGTH", "3");

    var environ = environ(request, "/a b", "");

    var actual = new TreeMap<String, String>();
    environ.forEach(actual::put);
    assertEquals(expected, actual);
    assertEquals(Optional.of("POST"), environ.variable("REQUEST_METHOD"));
    assertEquals(Optional.empty(), environ.variable("HTTP_COOKIE"));
    assertEquals("http", environ.urlScheme());
  }

  @Test
  void givesEveryNameOnce() {
    var fields =
        Fields.of("A", "1", "a", "2", "Cookie", "c=1", "cookie", "d=2", "Content-Type", "x");
    var names = new HashSet<String>();

    var environ = environ(request("GET", "/", "", fields, Content.none()), "", "/");

    environ.forEach((name, _) -> assertTrue(names.add(name), name));
    assertEquals(Optional.of("1,2"), environ.variable("HTTP_A"));
    assertEquals(Optional.of("c=1; d=2"), environ.variable("HTTP_COOKIE"));
  }

  @Test
  void dropsNamesWithUnderscores() {
    var fields = Fields.of("X_Forwarded_For", "evil", "X-Forwarded-For", "192.0.2.9");

    var environ = environ(request("GET", "/", "", fields, Content.none()), "", "/");

    assertEquals(Optional.of("192.0.2.9"), environ.variable("HTTP_X_FORWARDED_FOR"));
  }

  @Test
  void showsDecodedChunksAsContentOfKnownLength() {
    var fields = Fields.of("Transfer-Encoding", "chunked");
    var request = request("POST", "/", "", fields, new Content.Memory(bytes("12345")));

    var environ = environ(request, "", "/");

    assertEquals(Optional.of("5"), environ.variable("CONTENT_LENGTH"));
    assertEquals(Optional.empty(), environ.variable("HTTP_TRANSFER_ENCODING"));
  }

  @Test
  void saysWhenTlsProtectsTheConnection() {
    var request = over(new Endpoints("::1", 1, "::1", 8443, true));

    var environ = environ(request, "", "/");

    assertEquals("https", environ.urlScheme());
    assertEquals(Optional.of("on"), environ.variable("HTTPS"));
  }

  @Test
  void namesAServerAlsoOnAUnixSocket() {
    var environ = environ(over(new Endpoints("", 0, "/run/yimmo.sock", 0, false)), "", "/");

    assertEquals(Optional.of("localhost"), environ.variable("SERVER_NAME"));
    assertEquals(Optional.of("80"), environ.variable("SERVER_PORT"));
    assertEquals(Optional.of(""), environ.variable("REMOTE_ADDR"));
  }

  @Test
  void theSameFieldNameIsTheSameObjectEachTime() {
    assertSame(FieldNames.variable("X-Same"), FieldNames.variable("X-Same"));
    assertSame(FieldNames.variable("X-Other"), FieldNames.variable("x-oTHER"));
  }

  @Test
  void inventedFieldNamesDoNotFillTheMemoryAndStillWork() {
    for (var i = 0; i < 5_000; i++) {
      FieldNames.variable("X-Invented-" + i);
    }

    assertEquals("HTTP_X_LATE_ONE", FieldNames.variable("X-Late-One"));
    assertSame(FieldNames.variable("x-late-one"), FieldNames.variable("X-Late-One"));
  }

  @Test
  void errorsAreWrittenLineByLine() {
    var environ = environ(request("GET", "/", "", Fields.none(), Content.none()), "", "/");

    assertFalse(environ.errors().checkError());
    assertSame(environ.errors(), environ.errors());
    assertNotEquals(
        environ.errors(),
        environ(request("GET", "/", "", Fields.none(), Content.none()), "", "/").errors());
  }

  private static Request over(Endpoints endpoints) {
    return new Request("GET", "/", "/", "", "HTTP/1.1", Fields.none(), Content.none(), endpoints);
  }

  private static RequestEnviron environ(Request request, String scriptName, String pathInfo) {
    var route =
        new Routes.Found((_, _) -> java.util.List.of(), "test", new Visits(), scriptName, pathInfo);
    return new RequestEnviron(request, route, new RequestEnviron.Flags(true, false));
  }
}
