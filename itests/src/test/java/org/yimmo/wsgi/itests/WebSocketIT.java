package org.yimmo.wsgi.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;
import static org.yimmo.wsgi.itests.support.WebSocketWire.BINARY;
import static org.yimmo.wsgi.itests.support.WebSocketWire.CLOSE;
import static org.yimmo.wsgi.itests.support.WebSocketWire.CONTINUATION;
import static org.yimmo.wsgi.itests.support.WebSocketWire.FIN;
import static org.yimmo.wsgi.itests.support.WebSocketWire.PING;
import static org.yimmo.wsgi.itests.support.WebSocketWire.PONG;
import static org.yimmo.wsgi.itests.support.WebSocketWire.RSV1;
import static org.yimmo.wsgi.itests.support.WebSocketWire.TEXT;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yimmo.wsgi.itests.support.Await;
import org.yimmo.wsgi.itests.support.Certificates;
import org.yimmo.wsgi.itests.support.Fleet;
import org.yimmo.wsgi.itests.support.Folders;
import org.yimmo.wsgi.itests.support.Server;
import org.yimmo.wsgi.itests.support.WebSocketClient;
import org.yimmo.wsgi.itests.support.WebSocketWire;
import org.yimmo.wsgi.itests.support.Wire;
import org.yimmo.wsgi.itests.support.Yimmo;

/** WebSockets of an application in Python, {@code talking.py}, through sockets. */
class WebSocketIT {
  private static final int MIB = 1 << 20;
  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

  private static final AtomicInteger CLIENTS = new AtomicInteger();
  private static Server server;

  @BeforeAll
  static void start() {
    server = Yimmo.serving("talking:application", "--threads", "2").start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  private static WebSocketWire open(String target, String... fields) {
    return WebSocketWire.open(server.connect(), target, fields);
  }

  /** A query by which the application remembers a client. */
  private static String name() {
    return "client" + CLIENTS.incrementAndGet();
  }

  /** What the application remembers. */
  private static String ended(String name) {
    return Await.value(
        name + " has ended",
        () -> Optional.of(server.get("/?" + name).content()).filter(told -> !told.equals("null")));
  }

  // --- messages

  static List<Integer> sizes() {
    return List.of(
        0, 1, 125, 126, 127, 65_535, 65_536, 65_537, MIB - 1, MIB, 4 * MIB, 16 * MIB - 1, 16 * MIB);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void echoesMessagesOfAnySize(int size) {
    var octets = new byte[size];
    new Random(size).nextBytes(octets);
    var text = "x".repeat(size % 3) + "€".repeat(size / 3);
    try (var socket = open("/echo")) {
      var binary = socket.send(FIN | BINARY, octets).next();
      assertEquals(FIN | BINARY, binary.firstOctet());
      assertArrayEquals(octets, binary.payload());

      var answer = socket.send(FIN | TEXT, text).next();
      assertEquals(FIN | TEXT, answer.firstOctet());
      assertEquals(text, answer.text());
    }
  }

  @Test
  void echoesToTheClientOfTheJdk() throws Exception {
    try (var client = WebSocketClient.to(server.port(), "/echo")) {
      var large = "é".repeat(8 * MIB);

      client.text("");
      client.text("a €");
      client.binary(large);
      assertEquals("", client.next());
      assertEquals("a €", client.next());
      assertEquals("binary " + large, client.next());

      client.close(4001, "enough");
      assertEquals("closed 4001", client.next());
    }
  }

  @Test
  void joinsFragmentsAndAnswersPingsInBetween() {
    var euro = "€".getBytes(UTF_8);
    try (var socket = open("/echo")) {
      socket
          .send(TEXT, "a")
          .send(FIN | PING, "first")
          .send(CONTINUATION, Arrays.copyOf(euro, 1))
          .send(FIN | PONG, "nobody asked")
          .send(CONTINUATION, "")
          .send(CONTINUATION, Arrays.copyOfRange(euro, 1, 3))
          .send(FIN | PING, "second")
          .send(FIN | CONTINUATION, "b");

      assertFrame(FIN | PONG, "first", socket.next());
      assertFrame(FIN | PONG, "second", socket.next());
      assertFrame(FIN | TEXT, "a€b", socket.next());
    }
  }

  @Test
  void joinsManyFragments() {
    try (var socket = open("/echo")) {
      socket.send(BINARY, "");
      for (int i = 0; i < 20_000; i++) {
        socket.send(CONTINUATION, "0123456789");
      }
      socket.send(FIN | CONTINUATION, "");

      assertFrame(FIN | BINARY, "0123456789".repeat(20_000), socket.next());
    }
  }

  @Test
  void takesFramesOctetByOctet() {
    try (var socket = open("/echo")) {
      for (var octet : new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, (byte) 0xC3}) {
        socket.sendRaw(octet);
      }
      socket.sendRaw((byte) 0xA9);

      assertFrame(FIN | TEXT, "é", socket.next());
    }
  }

  @Test
  void takesFramesThatComeWithTheRequest() {
    try (var wire = server.connect()) {
      wire.send(WebSocketWire.handshake("/echo") + "\u0081\u0082\0\0\0\0hi");

      assertEquals(101, wire.head().status());
      assertArrayEquals(new byte[] {(byte) 0x81, 2, 'h', 'i'}, read(wire, 4));
    }
  }

  private static byte[] read(Wire wire, int count) {
    try {
      return wire.stream().readNBytes(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void sendsFragmentsAndPingsAsTheApplicationWantsThem() {
    try (var socket = open("/fragments")) {
      socket.send(FIN | TEXT, "");

      assertFrame(TEXT, "one ", socket.next());
      assertFrame(FIN | PING, "?", socket.next());
      assertFrame(FIN | CONTINUATION, "two", socket.next());
    }
  }

  @Test
  void keepsTheOrderOfMessages() {
    try (var socket = open("/count")) {
      for (int i = 1; i <= 1000; i++) {
        socket.send(FIN | TEXT, Integer.toString(i));
      }
      for (int i = 1; i <= 1000; i++) {
        assertEquals(i + " is " + i + ", not on the main thread: True", socket.next().text());
      }
    }
  }

  @Test
  void sendsFromThreadsOfTheApplication() {
    var each = 200;
    var next = new HashMap<Character, Integer>();
    try (var socket = open("/threads")) {
      socket.send(FIN | TEXT, Integer.toString(each));

      for (int i = 0; i < 4 * each; i++) {
        var text = socket.next().text();
        var letter = text.charAt(0);
        var expected = next.merge(letter, 1, Integer::sum) - 1;
        assertEquals(Character.toString(letter).repeat(1000) + expected, text);
      }
    }
    assertEquals("{a=200, b=200, c=200, d=200}", next.toString());
  }

  @Test
  void servesManyConnectionsAtATime() {
    var sockets = new ArrayList<WebSocketWire>();
    try {
      for (int i = 0; i < 200; i++) {
        sockets.add(open("/echo"));
      }
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 200; i++) {
          sockets.get(i).send(FIN | TEXT, round + " of " + i);
        }
        for (int i = 0; i < 200; i++) {
          assertFrame(FIN | TEXT, round + " of " + i, sockets.get(i).next());
        }
      }
    } finally {
      sockets.forEach(WebSocketWire::close);
    }
  }

  // --- the handshake

  @Test
  void tellsTheEnvironOfTheHandshake() {
    try (var socket = open("/environ/a%20b?q=1", "Cookie: who=ada; x=y")) {
      assertEquals(
          "{\"PATH_INFO\": \"/environ/a b\", \"QUERY_STRING\": \"q=1\", \"HTTP_COOKIE\":"
              + " \"who=ada; x=y\", \"REMOTE_ADDR\": \"127.0.0.1\", \"wsgi.url_scheme\": \"http\"}",
          socket.next().text());
    }
  }

  static List<Arguments> subprotocols() {
    return List.of(
        argumentSet("the server's favourite", "/spoken", "a, c, b", "'b'"),
        argumentSet("the only one", "/spoken", "c,a", "'a'"),
        argumentSet("none", "/spoken", "c", "None"),
        argumentSet("a function's choice", "/selected", "x, y", "'y'"));
  }

  @ParameterizedTest
  @MethodSource("subprotocols")
  void choosesASubprotocol(String path, String offered, String chosen) {
    try (var socket = open(path, "Sec-WebSocket-Protocol: " + offered)) {
      assertEquals(chosen, socket.next().text());
      assertEquals(
          chosen,
          socket.handshake().field("Sec-WebSocket-Protocol").map("'%s'"::formatted).orElse("None"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/room/17", "/anywhere"})
  void upgradesAtPathsThatFit(String path) {
    try (var socket = open(path, "X-Wish: socket")) {
      assertEquals("None", socket.next().text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/echo/", "/ech", "/room/", "/room/1/2", "/environ"})
  void leavesOtherPathsToTheApplication(String path) {
    try (var wire = server.connect()) {
      var reply = wire.send(WebSocketWire.handshake(path)).reply();

      assertEquals(200, reply.status());
      assertTrue(wire.survives());
    }
  }

  static List<Arguments> handshakes() {
    return List.of(
        argumentSet("no key", 400, without("Sec-WebSocket-Key")),
        argumentSet("no version", 400, without("Sec-WebSocket-Version")),
        argumentSet("no Connection: Upgrade", 400, without("Connection")),
        argumentSet("a short key", 400, replacing("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBs")),
        argumentSet("POST", 400, replacing("GET ", "POST ")),
        argumentSet("an older version", 426, replacing("Version: 13", "Version: 8")),
        argumentSet("no Upgrade", 200, without("Upgrade")),
        argumentSet("HTTP/1.0", 200, replacing("HTTP/1.1", "HTTP/1.0")));
  }

  private static UnaryOperator<String> without(String field) {
    return request -> request.replaceFirst("\r\n" + field + ":[^\r]*", "");
  }

  private static UnaryOperator<String> replacing(String part, String other) {
    return request -> request.replace(part, other);
  }

  @ParameterizedTest
  @MethodSource("handshakes")
  void refusesHandshakesThatBreakRules(int status, UnaryOperator<String> change) {
    try (var wire = server.connect()) {
      var reply = wire.send(change.apply(WebSocketWire.handshake("/echo"))).reply();

      assertEquals(status, reply.status());
      assertEquals(status == 426 ? "13" : "", reply.field("Sec-WebSocket-Version").orElse(""));
      assertEquals(status == 426, reply.field("Upgrade").isPresent());
    }
  }

  // --- the end

  @Test
  void repeatsTheCloseOfTheClient() {
    var name = name();
    try (var socket = open("/echo?" + name)) {
      socket.sendClose(4000, "é");

      assertEquals("4000", socket.next().end());
      assertTrue(socket.ended());
      assertEquals("[4000, \"\\u00e9\", true]", ended(name));
    }
  }

  @Test
  void repeatsACloseWithoutACode() {
    var name = name();
    try (var socket = open("/echo?" + name)) {
      socket.send(FIN | CLOSE, "");

      assertEquals("1005", socket.next().end());
      assertTrue(socket.ended());
      assertEquals("[1005, \"\", true]", ended(name));
    }
  }

  @Test
  void tellsThatTheClientHasJustGone() {
    var name = name();
    try (var wire = server.connect()) {
      WebSocketWire.open(wire, "/echo?" + name);

      wire.reset();

      assertEquals("[1006, \"\", true]", ended(name));
    }
  }

  @Test
  void closesAsTheApplicationWantsIt() {
    var name = name();
    try (var socket = open("/end?" + name)) {
      socket.send(FIN | TEXT, "4002 go home").send(FIN | TEXT, "4003 not served");

      assertEquals("4002 go home", socket.next().end());
      socket.sendClose(4002, "");
      assertTrue(socket.ended());
      assertEquals("[4002, \"go home\", true]", ended(name));
      assertEquals("[[\"go home\", false, true]]", ended(name + "-heard"));
    }
  }

  static List<Arguments> failures() {
    return List.of(
        argumentSet("on_open raises", "/fail-at-open", "", "  raise LookupError.\"failed at open"),
        argumentSet("on_message raises", "/fail", "raise", "  raise LookupError.\"failed at a"),
        argumentSet("a number is returned", "/fail", "one", "on_message returned 1"),
        argumentSet("a text is returned", "/fail", "text", "on_message returned 'a text'"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void closesWith1011WhenACallbackFails(String path, String message, String logged) {
    var name = name();
    var mark = server.log().mark();
    try (var socket = open(path + "?" + name)) {
      if (!message.isEmpty()) {
        socket.send(FIN | TEXT, "zero").send(FIN | TEXT, "none").send(FIN | TEXT, message);
      }

      assertEquals("1011", socket.next().end());
      socket.sendClose(1011, "");
      assertTrue(socket.ended());
      assertEquals("[1011, \"\", true]", ended(name));
    }
    server.log().await(logged, mark);
  }

  static List<Arguments> violations() {
    return List.of(
        violation(
            "1002 unmasked frame", socket -> socket.sendRaw((byte) 0x81, (byte) 1, (byte) 65)),
        violation("1002 unknown opcode", socket -> socket.send(FIN | 0x3, "")),
        violation("1002 reserved bit", socket -> socket.send(FIN | RSV1 | TEXT, "")),
        violation("1002 fragmented control frame", socket -> socket.send(PING, "")),
        violation(
            "1002 control frame longer than 125 octets",
            socket -> socket.send(FIN | PING, "x".repeat(126))),
        violation("1002 continuation of no message", socket -> socket.send(CONTINUATION, "")),
        violation(
            "1002 message within a message", socket -> socket.send(TEXT, "").send(FIN | TEXT, "")),
        violation("1002 invalid close code", socket -> socket.sendClose(1005, "")),
        violation("1002 invalid close code", socket -> socket.send(FIN | CLOSE, "x")),
        violation(
            "1007 text that is not UTF-8",
            socket -> socket.send(TEXT, new byte[] {(byte) 0xC3, (byte) 0x28})),
        violation(
            "1007 text that is not UTF-8",
            socket -> socket.send(FIN | TEXT, new byte[] {(byte) 0xE2, (byte) 0x82})),
        violation("1009 the message is too large", socket -> socket.send(BINARY, "x".repeat(1001))),
        violation(
            "1009 the message is too large",
            socket ->
                socket.send(BINARY, "x".repeat(600)).send(FIN | CONTINUATION, "x".repeat(401))));
  }

  private static Arguments violation(String end, Consumer<WebSocketWire> client) {
    return argumentSet(end, end, client);
  }

  @ParameterizedTest
  @MethodSource("violations")
  void failsWhenTheClientBreaksARule(String end, Consumer<WebSocketWire> client) {
    var name = name();
    try (var socket = open("/small?" + name)) {
      client.accept(socket);

      assertEquals(end, socket.next().end());
      assertTrue(socket.ended());
      assertTrue(ended(name).startsWith("[" + end.substring(0, 4)), () -> ended(name));
    }
  }

  @Test
  void takesAMessageThatIsJustNotTooLarge() {
    try (var socket = open("/small")) {
      socket.send(BINARY, "x".repeat(600)).send(FIN | CONTINUATION, "x".repeat(400));

      assertFrame(FIN | BINARY, "x".repeat(1000), socket.next());
    }
  }

  // --- back-pressure and time

  @ParameterizedTest
  @ValueSource(strings = {"thread", "callback"})
  void closesWith1013WhenTheClientDoesNotRead(String where) {
    var name = name();
    try (var socket = WebSocketWire.open(Wire.slowlyTo(server.port()), "/flood?" + name)) {
      socket.send(FIN | TEXT, where);

      var most = Integer.parseInt(ended(name + "-flood"));
      var frame = socket.next();
      while (frame.opcode() == BINARY) {
        assertEquals(10_000, frame.payload().length);
        frame = socket.next();
      }

      assertEquals("1013 the client does not read", frame.end());
      assertTrue(most > MIB - 10_000 && most <= MIB, "waited: " + most);
      assertEquals("[1013, \"the client does not read\", true]", ended(name));
    }
  }

  @Test
  void readsNoMoreFromAClientThatDoesNotRead() throws InterruptedException {
    try (var socket = WebSocketWire.open(Wire.slowlyTo(server.port()), "/echo")) {
      var message = "x".repeat(100_000);
      var sender =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                for (int i = 0; i < 500; i++) {
                  socket.send(FIN | BINARY, message);
                }
              });

      assertFalse(sender.join(Duration.ofSeconds(1)), "all was read");

      for (int i = 0; i < 500; i++) {
        assertFrame(FIN | BINARY, message, socket.next());
      }
    }
  }

  @Test
  void servesOthersWhileAClientDoesNotRead() {
    try (var slow = WebSocketWire.open(Wire.slowlyTo(server.port()), "/echo");
        var other = open("/echo")) {
      for (int i = 0; i < 8; i++) {
        slow.send(FIN | BINARY, new byte[100_000]);
      }

      other.send(FIN | TEXT, "quick");

      assertFrame(FIN | TEXT, "quick", other.next());
    }
  }

  @Test
  void pingsAndKeepsAClientThatAnswers() {
    try (var socket = open("/watched")) {
      for (int i = 0; i < 12; i++) { // longer than the idle timeout
        assertFrame(FIN | PING, "", socket.next());
        socket.send(FIN | PONG, "");
      }
      socket.send(FIN | TEXT, "there");

      var frame = socket.next();
      while (frame.opcode() == PING) {
        frame = socket.next();
      }
      assertFrame(FIN | TEXT, "there", frame);
    }
  }

  @Test
  void closesWith1001WhenNothingIsHeardOfTheClient() {
    var name = name();
    try (var socket = open("/watched?" + name)) {
      var frame = socket.next();
      while (frame.opcode() == PING) {
        frame = socket.next();
      }

      assertEquals("1001 nothing was heard from the client", frame.end());
      assertTrue(ended(name).startsWith("[1001"), () -> ended(name));
    }
  }

  // --- permessage-deflate (RFC 7692)

  @Test
  void compressesWhereTheClientCan() throws DataFormatException {
    var text = "a compressible text, ".repeat(1000);
    try (var socket = open("/echo", DEFLATE + "; client_max_window_bits")) {
      assertEquals(
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
          socket.handshake().field("Sec-WebSocket-Extensions").orElse(""));
      var compressed = deflated(text.getBytes(UTF_8));
      var half = compressed.length / 2;

      socket
          .send(RSV1 | TEXT, Arrays.copyOf(compressed, half))
          .send(FIN | PING, "")
          .send(FIN | CONTINUATION, Arrays.copyOfRange(compressed, half, compressed.length))
          .send(FIN | TEXT, "not compressed");

      assertFrame(FIN | PONG, "", socket.next());
      var frame = socket.next();
      assertEquals(FIN | RSV1 | TEXT, frame.firstOctet());
      assertTrue(frame.payload().length < text.length() / 10, frame::toString);
      assertEquals(text, new String(inflated(frame.payload()), UTF_8));
      assertFrame(FIN | TEXT, "not compressed", socket.next());
    }
  }

  @Test
  void refusesWhatIsTooLargeWhenInflated() {
    try (var socket = open("/small", DEFLATE)) {
      socket.send(FIN | RSV1 | BINARY, deflated(new byte[1001]));

      assertTrue(socket.next().end().startsWith("1009"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/uncompressed permessage-deflate",
        "/echo x-other",
        "/echo permessage-deflate; server_max_window_bits=9",
        "/echo permessage-deflate; unknown=1"
      })
  void compressesNothingWhereThatIsNotAgreedOn(String pathAndOffer) {
    var words = pathAndOffer.split(" ", 2);
    try (var socket = open(words[0], "Sec-WebSocket-Extensions: " + words[1])) {
      assertFalse(socket.handshake().field("Sec-WebSocket-Extensions").isPresent());

      socket.send(FIN | TEXT, "x".repeat(10_000));

      assertFrame(FIN | TEXT, "x".repeat(10_000), socket.next());
    }
  }

  private static byte[] deflated(byte[] content) {
    try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
      deflater.setInput(content);
      var buffer = new byte[content.length + 100];
      var length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
      return Arrays.copyOf(buffer, length - 4); // RFC 7692 §7.2.1
    }
  }

  private static byte[] inflated(byte[] content) throws DataFormatException {
    var all = Arrays.copyOf(content, content.length + 4);
    System.arraycopy(new byte[] {0, 0, -1, -1}, 0, all, content.length, 4); // §7.2.2
    try (var inflater = new Inflater(true)) {
      inflater.setInput(all);
      var result = new ByteArrayOutputStream();
      var buffer = new byte[10_000];
      for (var n = inflater.inflate(buffer); n > 0; n = inflater.inflate(buffer)) {
        result.write(buffer, 0, n);
      }
      return result.toByteArray();
    }
  }

  // --- servers that end, and TLS

  @Test
  void closesWith1001WhenTheServerStops() {
    try (var stopping = Yimmo.serving("talking:application").start();
        var socket = WebSocketWire.open(stopping.connect(), "/echo")) {
      socket.send(FIN | TEXT, "there");
      assertFrame(FIN | TEXT, "there", socket.next());

      stopping.process().terminate();

      assertEquals("1001", socket.next().end());
      socket.sendClose(1001, "");
      assertTrue(socket.ended());
      assertEquals(0, stopping.process().awaitExit(), stopping.log()::text);
    }
  }

  @Test
  void stopsThoughClientsDoNotAnswer() {
    try (var stopping = Yimmo.serving("talking:application").start();
        var socket = WebSocketWire.open(stopping.connect(), "/echo")) {
      stopping.stop();

      assertEquals("1001", socket.next().end());
    }
  }

  @Test
  void closesWith1001WhenTheManagerReloads() {
    try (var fleet = Fleet.serving("talking:application")) {
      var before = fleet.awaitServing(2);
      var sockets = new ArrayList<WebSocketWire>();
      for (int i = 0; i < 10; i++) {
        sockets.add(WebSocketWire.open(fleet.server().connect(), "/echo"));
      }

      fleet.signal("HUP");

      for (var socket : sockets) {
        try (socket) {
          assertEquals("1001", socket.next().end());
          socket.sendClose(1001, "");
          assertTrue(socket.ended());
        }
      }
      try (var again = WebSocketWire.open(fleet.server().connect(), "/echo")) {
        again.send(FIN | TEXT, "there again");
        assertFrame(FIN | TEXT, "there again", again.next());
      }
      fleet.awaitServing(2, before);
      fleet.stop();
    }
  }

  @Test
  void speaksOverTls() throws Exception {
    var folder = Folders.fresh("websocket-tls");
    Certificates.selfSigned(folder, "localhost", "localhost");
    var certificate = folder.resolve("localhost.crt");
    try (var secure =
            Yimmo.serving(
                    "talking:application",
                    "--certfile",
                    certificate.toString(),
                    "--keyfile",
                    folder.resolve("localhost.key").toString())
                .start();
        var client =
            WebSocketClient.to(
                trusting(certificate),
                URI.create("wss://localhost:" + secure.port() + "/environ/"),
                UnaryOperator.identity());
        var echo =
            WebSocketClient.to(
                trusting(certificate),
                URI.create("wss://localhost:" + secure.port() + "/echo"),
                UnaryOperator.identity())) {
      assertTrue(client.next().contains("\"wsgi.url_scheme\": \"https\""));
      echo.text("é".repeat(MIB));

      assertEquals("é".repeat(MIB), echo.next());
      echo.close(1000, "");
      assertEquals("closed 1000", echo.next());
    }
  }

  private static HttpClient trusting(Path certificate) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static void assertFrame(int firstOctet, String text, WebSocketWire.Frame frame) {
    assertEquals(firstOctet, frame.firstOctet(), frame::toString);
    assertEquals(text, frame.text());
  }
}
