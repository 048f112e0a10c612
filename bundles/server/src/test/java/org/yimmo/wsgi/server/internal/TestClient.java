package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that sends literal octets and reads responses strictly. */
final class TestClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream input;

  TestClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    input = new BufferedInputStream(socket.getInputStream());
  }

  /** A response as it came: status line, field lines, content after its framing was taken off. */
  record Response(String statusLine, List<String> fields, String content) {
    int status() {
      return Integer.parseInt(statusLine.split(" ", 3)[1]);
    }

    Optional<String> field(String name) {
      return fields.stream()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst();
    }
  }

  TestClient send(String octets) throws IOException {
    return send(octets.getBytes(ISO_8859_1));
  }

  TestClient send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
    socket.getOutputStream().flush();
    return this;
  }

  TestClient get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads the response to a GET. */
  Response response() throws IOException {
    return response("GET");
  }

  /** Reads the response to a request of that method (RFC 9112 §6.3). */
  Response response(String method) throws IOException {
    var statusLine = line();
    var fields = new ArrayList<String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      fields.add(line);
    }
    var head = new Response(statusLine, fields, "");
    var status = head.status();
    String content;
    if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
      content = "";
    } else if (head.field("Transfer-Encoding").isPresent()) {
      content = chunks();
    } else if (head.field("Content-Length").isPresent()) {
      content = octets(Integer.parseInt(head.field("Content-Length").get()));
    } else {
      content = new String(input.readAllBytes(), ISO_8859_1);
    }
    return new Response(statusLine, fields, content);
  }

  private String chunks() throws IOException {
    var content = new StringBuilder();
    while (true) {
      var size = Integer.parseInt(line(), 16);
      content.append(octets(size));
      if (!line().isEmpty()) {
        throw new IOException("a chunk that does not end with CRLF");
      }
      if (size == 0) {
        return content.toString();
      }
    }
  }

  String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (var octet = input.read(); octet != '\n'; octet = input.read()) {
      if (octet < 0) {
        throw new EOFException("closed after: " + line);
      }
      line.write(octet);
    }
    var text = line.toString(ISO_8859_1);
    if (!text.endsWith("\r")) {
      throw new IOException("a line without CR: " + text);
    }
    return text.substring(0, text.length() - 1);
  }

  String octets(int count) throws IOException {
    var octets = input.readNBytes(count);
    if (octets.length < count) {
      throw new EOFException("closed after " + octets.length + " of " + count + " octets");
    }
    return new String(octets, ISO_8859_1);
  }

  /** Waits for the server to close, in order and without sending anything more. */
  boolean closed() throws IOException {
    return input.read() < 0;
  }

  /** Waits for the server to reset the connection, skipping what it sent before. */
  boolean wasReset() throws IOException {
    try {
      input.readAllBytes();
      return false;
    } catch (SocketException _) {
      return true;
    }
  }

  /** Whether another request is answered on this connection. */
  boolean survives() throws IOException {
    try {
      return get("/again").response().status() == 200;
    } catch (EOFException | SocketException _) {
      return false;
    }
  }

  /** Leaves, before the end of the test. */
  void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
