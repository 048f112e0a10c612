package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Upgrade;
import org.yimmo.wsgi.exchange.WebSocketLink;

/** The opening handshake of a WebSocket (RFC 6455 §4.2). */
final class WebSocketHandshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private WebSocketHandshake() {}

  /** What a request is: only one that asks for the protocol is looked at any further. */
  static Upgrade upgrade(RequestHead head) {
    if (!head.line().version11() || !head.section().webSocket()) {
      return Upgrade.NONE; // RFC 9110 §7.8: not in HTTP/1.0
    }
    if (!head.section().upgrade()) {
      return Upgrade.BAD;
    }
    var fields = head.section().fields();
    var version = fields.first("Sec-WebSocket-Version").orElse("");
    if (!version.equals("13")) {
      return version.isEmpty() ? Upgrade.BAD : Upgrade.OTHER_VERSION;
    }
    var good =
        head.line().method().equals("GET")
            && !head.hasContent()
            && count(fields, "Sec-WebSocket-Key") == 1
            && count(fields, "Sec-WebSocket-Version") == 1
            && isKey(key(fields));
    return good ? Upgrade.WEB_SOCKET : Upgrade.BAD;
  }

  private static int count(Fields fields, String name) {
    var count = 0;
    for (int i = 0; i < fields.size(); i++) {
      count += fields.name(i).equalsIgnoreCase(name) ? 1 : 0;
    }
    return count;
  }

  private static String key(Fields fields) {
    return fields.first("Sec-WebSocket-Key").orElse("");
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Whether messages may be compressed. */
  static boolean deflates(RequestHead head, WebSocketLink.Settings settings) {
    var fields = head.section().fields();
    var offers = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equalsIgnoreCase("Sec-WebSocket-Extensions")) {
        offers.append(fields.value(i)).append(',');
      }
    }
    return settings.deflate() && PerMessageDeflate.acceptable(offers.toString());
  }

  /** RFC 6455 §4.2.2. */
  static byte[] response(RequestHead head, WebSocketLink.Settings settings, boolean deflates) {
    var text =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key(head.section().fields()))
            + "\r\n"
            + (settings.protocol().isEmpty()
                ? ""
                : "Sec-WebSocket-Protocol: " + settings.protocol() + "\r\n")
            + (deflates ? "Sec-WebSocket-Extensions: " + PerMessageDeflate.RESPONSE + "\r\n" : "")
            + "\r\n";
    return text.getBytes(ISO_8859_1);
  }

  private static String accept(String key) {
    try {
      var digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
  }
}
