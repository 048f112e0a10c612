package org.yimmo.wsgi.itests.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yimmo.wsgi.itests.support.Reply.ReplyField;

/**
 * One TCP connection to a server on this machine: sends literal octets, reads responses, and tells
 * whether the connection survives.
 */
public final class Wire implements Closeable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    out = socket.getOutputStream();
  }

  /** Connects to {@code port} on 127.0.0.1. */
  public static Wire to(int port) {
    return to(port, new Socket());
  }

  /** Connects with a small receive buffer, so that a reader who pauses is soon felt. */
  public static Wire slowlyTo(int port) {
    var socket = new Socket();
    try {
      socket.setReceiveBufferSize(8 << 10);
    } catch (SocketException e) {
      throw new UncheckedIOException("cannot set the receive buffer", e);
    }
    return to(port, socket);
  }

  private static Wire to(int port, Socket socket) {
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
          TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      return new Wire(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot connect to port " + port, e);
    }
  }

  /** The port on this side. */
  public int localPort() {
    return socket.getLocalPort();
  }

  /** Sends one octet per character. */
  public Wire send(String octets) {
    return send(octets.getBytes(StandardCharsets.ISO_8859_1));
  }

  public Wire send(byte[] octets) {
    return send(octets, 0, octets.length);
  }

  public Wire send(byte[] octets, int offset, int length) {
    try {
      out.write(octets, offset, length);
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send", e);
    }
  }

  /** Says that nothing more will be sent; responses can still be read. */
  public Wire endSending() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot shut the output down", e);
    }
  }

  /** Sends a GET request for {@code target} and reads the response. */
  public Reply get(String target) {
    return send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").reply();
  }

  /** Reads the next final response to a request with a method other than HEAD. */
  public Reply reply() {
    return reply("GET");
  }

  /** Reads the next final response to a request with {@code method}; skips interim ones. */
  public Reply reply(String method) {
    while (true) {
      var reply = replyOrInterim(method);
      if (reply.status() >= 200) {
        return reply;
      }
    }
  }

  /** Reads the next response, which may be an interim one (1xx). */
  public Reply replyOrInterim(String method) {
    try {
      var head = head();
      return new Reply(
          head.protocol(),
          head.status(),
          head.reason(),
          head.fields(),
          new String(content(method, head), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a response", e);
    }
  }

  /** Reads a status line and fields; the content is still to be read. */
  public Reply head() {
    try {
      var statusLine = line();
      var words = statusLine.split(" ", 3);
      if (words.length < 2 || !words[0].startsWith("HTTP/")) {
        throw new IOException("not a status line: " + statusLine);
      }
      var reason = words.length > 2 ? words[2] : "";
      return new Reply(words[0], Integer.parseInt(words[1]), reason, fields(), "");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the head of a response", e);
    }
  }

  private List<ReplyField> fields() throws IOException {
    var fields = new ArrayList<ReplyField>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var colon = line.indexOf(':');
      if (colon <= 0) {
        throw new IOException("not a field line: " + line);
      }
      fields.add(new ReplyField(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return List.copyOf(fields);
  }

  // RFC 9112 §6.3
  private byte[] content(String method, Reply head) throws IOException {
    if (method.equals("HEAD")
        || head.status() < 200
        || head.status() == 204
        || head.status() == 304) {
      return new byte[0];
    }
    if (head.field("Transfer-Encoding").isPresent()) {
      return chunked();
    }
    var length = head.field("Content-Length");
    if (length.isPresent()) {
      var expected = Integer.parseInt(length.get());
      var content = in.readNBytes(expected);
      if (content.length < expected) {
        throw new EOFException("only " + content.length + " of " + expected + " octets came");
      }
      return content;
    }
    return in.readAllBytes();
  }

  private byte[] chunked() throws IOException {
    var content = new ByteArrayOutputStream();
    while (true) {
      var size = Integer.parseInt(line().replaceFirst(";.*", "").strip(), 16);
      var chunk = in.readNBytes(size);
      if (chunk.length < size) {
        throw new EOFException("a chunk of " + size + " octets ended after " + chunk.length);
      }
      content.writeBytes(chunk);
      var end = line();
      if (size == 0) {
        while (!end.isEmpty()) {
          end = line(); // trailers
        }
        return content.toByteArray();
      }
      if (!end.isEmpty()) {
        throw new IOException("a chunk is not followed by CR LF but: " + end);
      }
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    while (true) {
      var octet = in.read();
      if (octet < 0) {
        throw new EOFException("the connection ended; last line: " + line);
      }
      if (octet == '\n') {
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
          throw new IOException("a line does not end with CR LF: " + line);
        }
        line.setLength(line.length() - 1);
        return line.toString();
      }
      line.append((char) octet);
    }
  }

  /** The rest of what the server sends, undecoded; empty at the end of the stream. */
  public InputStream stream() {
    return in;
  }

  /** Reads what comes until the server closes; {@code false} if it does not. */
  public boolean ended() {
    try {
      in.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException _) {
      return true; // a reset is an end, too
    }
  }

  /** Whether the connection still answers a request. */
  public boolean survives() {
    try {
      return get("/hello").status() == 200;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a connection", e);
    }
  }

  /** Closes at once with a reset, as a client that crashes does. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      throw new UncheckedIOException("cannot set SO_LINGER", e);
    }
    close();
  }
}
