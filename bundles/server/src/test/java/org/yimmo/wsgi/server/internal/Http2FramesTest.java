package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.yimmo.wsgi.server.internal.FrameClient.ACK;
import static org.yimmo.wsgi.server.internal.FrameClient.COMPRESSION_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.CONTINUATION;
import static org.yimmo.wsgi.server.internal.FrameClient.DATA;
import static org.yimmo.wsgi.server.internal.FrameClient.END_HEADERS;
import static org.yimmo.wsgi.server.internal.FrameClient.END_STREAM;
import static org.yimmo.wsgi.server.internal.FrameClient.ENHANCE_YOUR_CALM;
import static org.yimmo.wsgi.server.internal.FrameClient.FLOW_CONTROL_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.FRAME_SIZE_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.GOAWAY;
import static org.yimmo.wsgi.server.internal.FrameClient.HEADERS;
import static org.yimmo.wsgi.server.internal.FrameClient.PADDED;
import static org.yimmo.wsgi.server.internal.FrameClient.PING;
import static org.yimmo.wsgi.server.internal.FrameClient.PROTOCOL_ERROR;
import static org.yimmo.wsgi.server.internal.FrameClient.PUSH_PROMISE;
import static org.yimmo.wsgi.server.internal.FrameClient.RST_STREAM;
import static org.yimmo.wsgi.server.internal.FrameClient.SETTINGS;
import static org.yimmo.wsgi.server.internal.FrameClient.STREAM_CLOSED;
import static org.yimmo.wsgi.server.internal.FrameClient.WINDOW_UPDATE;
import static org.yimmo.wsgi.server.internal.FrameClient.fields;
import static org.yimmo.wsgi.server.internal.FrameClient.frame;
import static org.yimmo.wsgi.server.internal.FrameClient.head;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/** What RFC 9113 says about frames that a client must not send, section by section. */
class Http2FramesTest {
  private static final int WHOLE = END_STREAM | END_HEADERS;
  private static final byte[] GET = head("GET", "/");

  /** Of a stream that stays half-closed: the application does not answer. */
  private static final byte[] WAITING = frame(HEADERS, WHOLE, 1, head("GET", "/wait"));

  private static final byte[] OPEN = frame(HEADERS, END_HEADERS, 1, head("POST", "/"));

  private static final CountDownLatch END = new CountDownLatch(1);
  private static TestServer server;

  @BeforeAll
  static void open() throws Exception {
    server = new TestServer.Builder().open(Http2FramesTest::answer, Http2FramesTest::answer);
  }

  @AfterAll
  static void close() {
    END.countDown();
    server.close();
  }

  /** Answers with the path; what is to wait gets its answer from nobody. */
  private static void answer(Exchange exchange, ExchangeQueues queues) {
    if (!exchange.request().path().equals("/wait")) {
      TestWorker.path(exchange, queues);
    }
  }

  private static byte[] all(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] times(int count, byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      all.writeBytes(all(parts));
    }
    return all.toByteArray();
  }

  // --- connection errors (§5.4.1)

  static Stream<Arguments> connectionErrors() {
    return Stream.of(
        Arguments.of("§4.2 a frame that is too large", FRAME_SIZE_ERROR, tooLarge()),
        Arguments.of(
            "§4.3 a field block that cannot be decoded",
            COMPRESSION_ERROR,
            frame(HEADERS, WHOLE, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
        Arguments.of("§5.1 DATA on a stream that is idle", PROTOCOL_ERROR, frame(DATA, 0, 1, 'a')),
        Arguments.of(
            "§5.1 RST_STREAM on a stream that is idle",
            PROTOCOL_ERROR,
            frame(RST_STREAM, 0, 1, 0, 0, 0, 8)),
        Arguments.of(
            "§5.1 WINDOW_UPDATE on a stream that is idle",
            PROTOCOL_ERROR,
            frame(WINDOW_UPDATE, 0, 1, 0, 0, 0, 1)),
        Arguments.of("§5.1.1 an even stream", PROTOCOL_ERROR, frame(HEADERS, WHOLE, 2, GET)),
        Arguments.of("§6.1 DATA on stream 0", PROTOCOL_ERROR, frame(DATA, 0, 0, 'a')),
        Arguments.of(
            "§6.1 padding longer than its DATA",
            PROTOCOL_ERROR,
            all(OPEN, frame(DATA, PADDED, 1, 5, 'a'))),
        Arguments.of("§6.2 HEADERS on stream 0", PROTOCOL_ERROR, frame(HEADERS, WHOLE, 0, GET)),
        Arguments.of(
            "§6.2 padding longer than its HEADERS",
            PROTOCOL_ERROR,
            frame(HEADERS, WHOLE | PADDED, 1, 200, 0x82)),
        Arguments.of(
            "§6.4 RST_STREAM on stream 0", PROTOCOL_ERROR, frame(RST_STREAM, 0, 0, 0, 0, 0, 8)),
        Arguments.of(
            "§6.4 RST_STREAM of three octets",
            FRAME_SIZE_ERROR,
            all(OPEN, frame(RST_STREAM, 0, 1, 0, 0, 8))),
        Arguments.of("§6.5 SETTINGS on a stream", PROTOCOL_ERROR, frame(SETTINGS, 0, 1)),
        Arguments.of(
            "§6.5 an acknowledgement with settings",
            FRAME_SIZE_ERROR,
            frame(SETTINGS, ACK, 0, 0, 3, 0, 0, 0, 1)),
        Arguments.of(
            "§6.5 SETTINGS of five octets", FRAME_SIZE_ERROR, frame(SETTINGS, 0, 0, 0, 3, 0, 0, 0)),
        Arguments.of(
            "§6.5.2 ENABLE_PUSH that is neither 0 nor 1",
            PROTOCOL_ERROR,
            frame(SETTINGS, 0, 0, 0, 2, 0, 0, 0, 2)),
        Arguments.of(
            "§6.5.2 a window of 2^31",
            FLOW_CONTROL_ERROR,
            frame(SETTINGS, 0, 0, 0, 4, 0x80, 0, 0, 0)),
        Arguments.of(
            "§6.5.2 frames of less than 2^14",
            PROTOCOL_ERROR,
            frame(SETTINGS, 0, 0, 0, 5, 0, 0, 0x3f, 0xff)),
        Arguments.of(
            "§6.6 PUSH_PROMISE of a client",
            PROTOCOL_ERROR,
            all(WAITING, frame(PUSH_PROMISE, END_HEADERS, 1, 0, 0, 0, 2, 0x82))),
        Arguments.of(
            "§6.7 PING on a stream", PROTOCOL_ERROR, frame(PING, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of(
            "§6.7 PING of seven octets", FRAME_SIZE_ERROR, frame(PING, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of(
            "§6.8 GOAWAY on a stream", PROTOCOL_ERROR, frame(GOAWAY, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of(
            "§6.9 WINDOW_UPDATE of 0 for the connection",
            PROTOCOL_ERROR,
            frame(WINDOW_UPDATE, 0, 0, 0, 0, 0, 0)),
        Arguments.of(
            "§6.9 WINDOW_UPDATE of three octets",
            FRAME_SIZE_ERROR,
            frame(WINDOW_UPDATE, 0, 0, 0, 0, 1)),
        Arguments.of(
            "§6.9.1 a window of the connection that gets too large",
            FLOW_CONTROL_ERROR,
            frame(WINDOW_UPDATE, 0, 0, 0x7f, 0xff, 0xff, 0xff)),
        Arguments.of(
            "§6.10 CONTINUATION of nothing",
            PROTOCOL_ERROR,
            all(WAITING, frame(CONTINUATION, END_HEADERS, 1, GET))),
        Arguments.of(
            "§6.10 something else before CONTINUATION",
            PROTOCOL_ERROR,
            all(frame(HEADERS, END_STREAM, 1, GET), frame(PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))),
        Arguments.of(
            "§6.10 CONTINUATION of another stream",
            PROTOCOL_ERROR,
            all(frame(HEADERS, END_STREAM, 1, GET), frame(CONTINUATION, END_HEADERS, 3, GET))),
        Arguments.of(
            "§10.5 CONTINUATION without end",
            ENHANCE_YOUR_CALM,
            all(frame(HEADERS, END_STREAM, 1, GET), times(100, frame(CONTINUATION, 0, 1)))),
        Arguments.of(
            "§10.5 DATA of nothing without end",
            ENHANCE_YOUR_CALM,
            all(OPEN, times(100, frame(DATA, 0, 1)))),
        Arguments.of("§10.5 streams that are reset at once", ENHANCE_YOUR_CALM, resets()));
  }

  private static byte[] tooLarge() {
    return frame(PING, 0, 0, new byte[16 * 1024 + 1]);
  }

  private static byte[] resets() {
    var frames = new ByteArrayOutputStream();
    for (int stream = 1; stream < 2 * 300; stream += 2) {
      frames.writeBytes(frame(HEADERS, WHOLE, stream, GET));
      frames.writeBytes(frame(RST_STREAM, 0, stream, 0, 0, 0, 8));
    }
    return frames.toByteArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("connectionErrors")
  void endsTheConnectionFor(String what, int error, byte[] octets) throws Exception {
    try (var client = FrameClient.greet(server.port())) {
      client.send(octets);

      assertEquals(error, client.goAway().error());
      assertTrue(client.closed());
    }
  }

  @Test
  void endsTheConnectionThatDoesNotBeginWithSettings() throws Exception {
    try (var client = FrameClient.connect(server.port())) {
      client.send(FrameClient.PREFACE.getBytes(ISO_8859_1));
      client.send(PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

      assertEquals(PROTOCOL_ERROR, client.goAway().error());
      assertTrue(client.closed());
    }
  }

  /** §3.4: what differs from the preface is HTTP/1, of a version that this is not. */
  @Test
  void takesABadPrefaceForHttp1() throws Exception {
    try (var client = server.connect()) {
      client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");

      assertEquals(505, client.response().status());
      assertTrue(client.closed());
    }
  }

  /** A stream that was closed, or never was (§5.1.1). */
  @Test
  void endsTheConnectionOrTheStreamForAnOldStream() throws Exception {
    try (var client = FrameClient.greet(server.port())) {
      client.get(5, "/a");
      client.response(5);

      client.get(3, "/b");

      var frame = client.next();
      while (frame.type() != GOAWAY && frame.type() != RST_STREAM) {
        frame = client.next();
      }
      assertTrue(frame.error() == STREAM_CLOSED || frame.error() == PROTOCOL_ERROR);
    }
  }

  // --- stream errors (§5.4.2)

  static Stream<Arguments> streamErrors() {
    return Stream.of(
        Arguments.of(
            "§5.1 DATA on a stream that is half-closed",
            STREAM_CLOSED,
            all(WAITING, frame(DATA, END_STREAM, 1, 'a'))),
        Arguments.of(
            "§5.1 HEADERS on a stream that is half-closed, which the codec calls one too many",
            PROTOCOL_ERROR,
            all(WAITING, frame(HEADERS, WHOLE, 1, fields("a", "b")))),
        Arguments.of(
            "§6.9 WINDOW_UPDATE of 0",
            PROTOCOL_ERROR,
            all(WAITING, frame(WINDOW_UPDATE, 0, 1, 0, 0, 0, 0))),
        Arguments.of(
            "§6.9.1 a window that gets too large",
            FLOW_CONTROL_ERROR,
            all(WAITING, frame(WINDOW_UPDATE, 0, 1, 0x7f, 0xff, 0xff, 0xff))),
        Arguments.of(
            "§8.1 a second head without the end of the stream",
            PROTOCOL_ERROR,
            all(OPEN, frame(HEADERS, END_HEADERS, 1, fields("a", "b")))),
        Arguments.of(
            "§8.1 pseudo-header fields in trailers",
            PROTOCOL_ERROR,
            all(OPEN, frame(HEADERS, WHOLE, 1, fields(":method", "POST")))),
        Arguments.of(
            "§8.1.1 more content than announced",
            PROTOCOL_ERROR,
            all(post("content-length", "1"), frame(DATA, END_STREAM, 1, 'a', 'b'))),
        Arguments.of(
            "§8.1.1 less content than announced",
            PROTOCOL_ERROR,
            all(post("content-length", "3"), frame(DATA, END_STREAM, 1, 'a', 'b'))),
        Arguments.of("§8.2 a name with a blank", PROTOCOL_ERROR, get("a b", "c")),
        Arguments.of("§8.2 a value with a line feed", PROTOCOL_ERROR, get("a", "b\nc")),
        Arguments.of("§8.2.1 a name in upper case", PROTOCOL_ERROR, get("Accept", "c")),
        Arguments.of("§8.2.2 Connection", PROTOCOL_ERROR, get("connection", "keep-alive")),
        Arguments.of(
            "§8.2.2 Transfer-Encoding", PROTOCOL_ERROR, get("transfer-encoding", "chunked")),
        Arguments.of("§8.2.2 TE", PROTOCOL_ERROR, get("te", "gzip")),
        Arguments.of("§8.3 an unknown pseudo-header field", PROTOCOL_ERROR, get(":a", "b")),
        Arguments.of("§8.3 one of a response", PROTOCOL_ERROR, get(":status", "200")),
        Arguments.of(
            "§8.3 one after a field",
            PROTOCOL_ERROR,
            request(fields(":method", "GET", ":scheme", "http", "a", "b", ":path", "/"))),
        Arguments.of(
            "§8.3.1 no :method", PROTOCOL_ERROR, request(fields(":scheme", "http", ":path", "/"))),
        Arguments.of(
            "§8.3.1 no :scheme", PROTOCOL_ERROR, request(fields(":method", "GET", ":path", "/"))),
        Arguments.of(
            "§8.3.1 no :path",
            PROTOCOL_ERROR,
            request(fields(":method", "GET", ":scheme", "http", ":authority", "a"))),
        Arguments.of(
            "§8.3.1 an empty :path", PROTOCOL_ERROR, frame(HEADERS, WHOLE, 1, head("GET", ""))),
        Arguments.of("§8.3.1 :path twice", PROTOCOL_ERROR, pathTwice()),
        Arguments.of("RFC 8441 is not spoken", PROTOCOL_ERROR, extendedConnect()));
  }

  private static byte[] request(byte[] fields) {
    return frame(HEADERS, WHOLE, 1, fields);
  }

  private static byte[] get(String name, String value) {
    return request(head("GET", "/", name, value));
  }

  private static byte[] post(String name, String value) {
    return frame(HEADERS, END_HEADERS, 1, head("POST", "/", name, value));
  }

  private static byte[] pathTwice() {
    return request(
        fields(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/", ":path", "/"));
  }

  private static byte[] extendedConnect() {
    return frame(
        HEADERS,
        END_HEADERS,
        1,
        fields(
            ":method",
            "CONNECT",
            ":protocol",
            "websocket",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "a"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("streamErrors")
  void endsTheStreamFor(String what, int error, byte[] octets) throws Exception {
    try (var client = FrameClient.greet(server.port())) {
      client.send(octets);

      var reset = client.next(RST_STREAM);
      assertEquals(1, reset.stream());
      assertEquals(error, reset.error());
      assertEquals("/again", client.get(3, "/again").response(3).content());
      assertTrue(client.survives());
    }
  }

  // --- what must be accepted

  @Test
  void ignoresWhatItDoesNotKnow() throws Exception {
    try (var client = FrameClient.greet(server.port(), 0x99, 7)) {
      client.send(0x16, 0xff, 0, 'a');
      client.send(FrameClient.PRIORITY, 0, 1, 0, 0, 0, 0, 16);

      assertEquals("/a", client.get(1, "/a").response(1).content());
      assertTrue(client.survives());
    }
  }

  @Test
  void takesPaddingAndContinuation() throws Exception {
    var block = head("POST", "/padded");
    try (var client = FrameClient.greet(server.port())) {
      client.send(frame(HEADERS, 0, 1, Arrays.copyOf(block, 7)));
      client.send(frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, 7, block.length)));
      client.send(DATA, PADDED, 1, 2, 'a', 0, 0);
      client.send(HEADERS, WHOLE, 1, 0, 1, 'x', 1, 'y'); // trailers

      assertEquals("/padded", client.response(1).content());
      assertTrue(client.survives());
    }
  }
}
