package org.yimmo.wsgi.session;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The extension permessage-deflate (RFC 7692) without context takeover: each message is compressed
 * for itself, so all connections share this, and one that is idle keeps no window.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class PerMessageDeflate {
  /** What a server of this kind says when it accepts an offer. */
  static final String RESPONSE =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  /** Shorter messages do not get shorter. */
  static final int LEAST_BYTES = 128;

  private static final String NAME = "permessage-deflate";
  private static final int CHUNK_BYTES = 16 * 1024;

  /** The end of each message, which is left out (RFC 7692 §7.2.1). */
  private static final byte[] TAIL = {0, 0, -1, -1};

  private Optional<Inflater> inflater = Optional.empty();
  private Optional<Deflater> deflater = Optional.empty();
  private final byte[] chunk = new byte[CHUNK_BYTES];

  /** Whether one of the offers in a {@code Sec-WebSocket-Extensions} field can be accepted. */
  static boolean acceptable(String extensions) {
    for (var offer : extensions.split(",", -1)) {
      var parts = offer.split(";", -1);
      if (parts[0].strip().equalsIgnoreCase(NAME) && acceptable(parts)) {
        return true;
      }
    }
    return false;
  }

  /** RFC 7692 §7.1: an offer with a parameter that is unknown, wrong or there twice is declined. */
  private static boolean acceptable(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      var parameter = parts[i].strip();
      var name = parameter.split("=", 2)[0].strip();
      for (int j = 1; j < i; j++) {
        if (parts[j].strip().split("=", 2)[0].strip().equals(name)) {
          return false;
        }
      }
      var known =
          switch (name) {
            case "server_no_context_takeover", "client_no_context_takeover" ->
                parameter.equals(name);
            // zlib in Java has a window of 15 bits and no other
            case "server_max_window_bits" -> windowBits(parameter) == 15;
            case "client_max_window_bits" -> parameter.equals(name) || windowBits(parameter) > 0;
            default -> false;
          };
      if (!known) {
        return false;
      }
    }
    return true;
  }

  /** The value of 8 to 15; 0: it is none. */
  private static int windowBits(String parameter) {
    var value = parameter.substring(parameter.indexOf('=') + 1).strip();
    if (value.length() > 2 && value.startsWith("\"") && value.endsWith("\"")) {
      value = value.substring(1, value.length() - 1);
    }
    return value.matches("[89]|1[0-5]") ? Integer.parseInt(value) : 0;
  }

  /** The most octets that a compressed message of {@code maxBytes} may reasonably have. */
  static long mostCompressed(long maxBytes) {
    return maxBytes + (maxBytes >> 8) + 64;
  }

  /** The message whose compressed octets are given. */
  byte[] inflate(byte[] octets, int length, int maxBytes) throws WebSocketFailure {
    var zlib = inflater.orElseGet(() -> new Inflater(true));
    inflater = Optional.of(zlib);
    var message = new Octets(Math.clamp(4L * length, 64, Math.min(maxBytes, 1 << 20) + 64));
    try {
      zlib.setInput(octets, 0, length);
      inflateInput(zlib, message, maxBytes);
      while (zlib.finished() && zlib.getRemaining() > 0) { // RFC 7692 §7.2.3.4: BFINAL was set
        var rest = zlib.getRemaining();
        zlib.reset();
        zlib.setInput(octets, length - rest, rest);
        inflateInput(zlib, message, maxBytes);
      }
      if (!zlib.finished()) {
        zlib.setInput(TAIL);
        inflateInput(zlib, message, maxBytes);
        if (!zlib.needsInput()) {
          throw new DataFormatException("it goes on");
        }
      }
      return message.copy();
    } catch (DataFormatException _) {
      throw new WebSocketFailure(CloseCode.INVALID_DATA, "malformed compressed message");
    } finally {
      zlib.reset();
    }
  }

  private void inflateInput(Inflater zlib, Octets message, int maxBytes)
      throws DataFormatException, WebSocketFailure {
    while (!zlib.finished()) {
      var count = zlib.inflate(chunk);
      if (count == 0) {
        if (zlib.needsDictionary()) {
          throw new DataFormatException("it needs a dictionary");
        }
        return;
      }
      if (message.length() + (long) count > maxBytes) {
        throw new WebSocketFailure(CloseCode.TOO_LARGE, "the message is too large");
      }
      message.add(chunk, 0, count);
    }
  }

  /** The compressed form of a message; empty: it would not be shorter. */
  Optional<byte[]> deflate(byte[] message) {
    if (message.length < LEAST_BYTES) {
      return Optional.empty();
    }
    var zlib = deflater.orElseGet(() -> new Deflater(Deflater.BEST_SPEED, true));
    deflater = Optional.of(zlib);
    try {
      zlib.setInput(message);
      var compressed = new Octets(message.length / 2 + 64);
      int count;
      do {
        count = zlib.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
        compressed.add(chunk, 0, count);
      } while (count == chunk.length && compressed.length() < message.length);
      var length = compressed.length() - TAIL.length;
      return length < message.length && count < chunk.length
          ? Optional.of(Arrays.copyOf(compressed.array(), length))
          : Optional.empty();
    } finally {
      zlib.reset();
    }
  }
}
