package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client of HTTP/2 that sends any frame, right or wrong, and shows each that it gets. */
final class FrameClient implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 0x1;
  static final int ACK = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;

  static final int NO_ERROR = 0;
  static final int PROTOCOL_ERROR = 1;
  static final int INTERNAL_ERROR = 2;
  static final int FLOW_CONTROL_ERROR = 3;
  static final int STREAM_CLOSED = 5;
  static final int FRAME_SIZE_ERROR = 6;
  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;
  static final int COMPRESSION_ERROR = 9;
  static final int ENHANCE_YOUR_CALM = 11;

  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int HEAD_BYTES = 9;

  private final Socket socket;
  private final DataInputStream input;
  private final OutputStream output;
  private final Map<Integer, Http2Headers> heads = new HashMap<>(); // by their streams
  private final List<Frame> kept = new ArrayList<>();
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);

  /**
   * A frame that came.
   *
   * @param text the payload, a character for each octet
   */
  record Frame(int type, int flags, int stream, String text) {
    byte[] payload() {
      return text.getBytes(ISO_8859_1);
    }

    boolean ends() {
      return (flags & END_STREAM) != 0;
    }

    /** Of RST_STREAM and GOAWAY. */
    int error() {
      return ByteBuffer.wrap(payload()).getInt(type == GOAWAY ? 4 : 0);
    }

    /** Of GOAWAY. */
    int lastStream() {
      return ByteBuffer.wrap(payload()).getInt();
    }
  }

  /** A response, whole. */
  record Response(Http2Headers head, String content) {
    int status() {
      return Integer.parseInt(head.status().toString());
    }
  }

  private FrameClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    input = new DataInputStream(socket.getInputStream());
    output = socket.getOutputStream();
  }

  /** A client that has sent nothing. */
  static FrameClient connect(int port) throws IOException {
    return new FrameClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** A client that has sent its preface, and has got that of the server. */
  static FrameClient greet(int port, int... settings) throws IOException {
    var client = connect(port).send(PREFACE.getBytes(ISO_8859_1)).settings(settings);
    client.next(SETTINGS);
    return client.send(frame(SETTINGS, ACK, 0));
  }

  // --- sending

  FrameClient send(byte[] octets) throws IOException {
    output.write(octets);
    output.flush();
    return this;
  }

  FrameClient send(int type, int flags, int stream, int... octets) throws IOException {
    return send(frame(type, flags, stream, octets));
  }

  /**
   * @param settings identifier, value, identifier, value …
   */
  FrameClient settings(int... settings) throws IOException {
    var payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    return send(frame(SETTINGS, 0, 0, payload.array()));
  }

  FrameClient get(int stream, String path) throws IOException {
    return send(frame(HEADERS, END_STREAM | END_HEADERS, stream, head("GET", path)));
  }

  FrameClient post(int stream, String path, String... fields) throws IOException {
    return send(frame(HEADERS, END_HEADERS, stream, head("POST", path, fields)));
  }

  FrameClient data(int stream, int flags, String content) throws IOException {
    return send(frame(DATA, flags, stream, content.getBytes(ISO_8859_1)));
  }

  static byte[] frame(int type, int flags, int stream, int... octets) {
    var payload = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      payload[i] = (byte) octets[i];
    }
    return frame(type, flags, stream, payload);
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(HEAD_BYTES + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  static byte[] head(String method, String path, String... fields) {
    var list = new String[8 + fields.length];
    System.arraycopy(
        new String[] {
          ":method", method, ":scheme", "http", ":authority", "localhost", ":path", path
        },
        0,
        list,
        0,
        8);
    System.arraycopy(fields, 0, list, 8, fields.length);
    return fields(list);
  }

  /** A field block: literals without indexing and without Huffman codes (RFC 7541 §6.2.2). */
  static byte[] fields(String... namesAndValues) {
    var block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      addText(block, namesAndValues[i]);
      addText(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  /** RFC 7541 §5.1, §5.2. */
  private static void addText(ByteArrayOutputStream block, String text) {
    var octets = text.getBytes(ISO_8859_1);
    if (octets.length < 127) {
      block.write(octets.length);
    } else {
      block.write(127);
      var rest = octets.length - 127;
      for (; rest >= 128; rest >>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.writeBytes(octets);
  }

  // --- receiving

  Frame next() throws IOException {
    var length = input.readUnsignedByte() << 16 | input.readUnsignedShort();
    var type = input.readUnsignedByte();
    var flags = input.readUnsignedByte();
    var stream = input.readInt();
    var payload = new String(input.readNBytes(length), ISO_8859_1);
    var frame = new Frame(type, flags, stream, payload);
    if (type == HEADERS) {
      heads.put(stream, decode(frame)); // each: they build on each other
    }
    return frame;
  }

  /** The next frame of that type; others before it are dropped. */
  Frame next(int type) throws IOException {
    var frame = next();
    while (frame.type() != type) {
      if (frame.type() == GOAWAY) {
        throw new IOException("GOAWAY " + frame.error() + ": " + frame.text());
      }
      frame = next();
    }
    return frame;
  }

  /** The end of the connection; what comes before is dropped. */
  Frame goAway() throws IOException {
    var frame = next();
    while (frame.type() != GOAWAY) {
      frame = next();
    }
    return frame;
  }

  /** The response on that stream; what comes on others meanwhile is kept. */
  Response response(int stream) throws IOException {
    var content = new StringBuilder();
    var frame = nextOf(stream);
    while (!frame.ends()) {
      frame = nextOf(stream);
      content.append(frame.text());
    }
    return new Response(heads.get(stream), content.toString());
  }

  private Frame nextOf(int stream) throws IOException {
    var before = kept.stream().filter(frame -> frame.stream() == stream).findFirst();
    if (before.isPresent()) {
      kept.remove(before.get());
      return before.get();
    }
    for (var frame = next(); ; frame = next()) {
      if (frame.type() == RST_STREAM && frame.stream() == stream) {
        throw new IOException("RST_STREAM " + frame.error());
      } else if (frame.type() == HEADERS || frame.type() == DATA) {
        if (frame.stream() == stream) {
          return frame;
        }
        kept.add(frame);
      }
    }
  }

  private Http2Headers decode(Frame headers) throws IOException {
    try {
      return hpack.decodeHeaders(headers.stream(), Unpooled.wrappedBuffer(headers.payload()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  /** Whether the connection goes on: a PING is answered. */
  boolean survives() throws IOException {
    send(PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    for (var frame = next(PING); ; frame = next(PING)) {
      if ((frame.flags() & ACK) != 0 && frame.payload()[7] == 8) {
        return true;
      }
    }
  }

  /** Waits for the server to close, after whatever it sends. */
  boolean closed() throws IOException {
    try {
      while (true) {
        next();
      }
    } catch (EOFException | SocketException _) {
      return true;
    }
  }

  /** Leaves, before the end of the test. */
  void leave() throws IOException {
    socket.close();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
