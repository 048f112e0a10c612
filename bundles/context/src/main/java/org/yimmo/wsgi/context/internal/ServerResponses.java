package org.yimmo.wsgi.context.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.yimmo.wsgi.context.ExchangeHandler.Responses;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Responses that the server gives in place of an application. They tell a client nothing else. */
final class ServerResponses {
  private ServerResponses() {}

  static void respond(Exchange exchange, Responses responses, int status, String reason) {
    respond(exchange, responses, status, reason, Fields.builder(1));
  }

  static void respondNotReady(Exchange exchange, Responses responses) {
    respond(
        exchange, responses, 503, "Service Unavailable", Fields.builder(2).add("Retry-After", "1"));
  }

  /** RFC 6455 §4.4. */
  static void respondOtherVersion(Exchange exchange, Responses responses) {
    var fields = Fields.builder(3).add("Sec-WebSocket-Version", "13").add("Upgrade", "websocket");
    respond(exchange, responses, 426, "Upgrade Required", fields);
  }

  private static void respond(
      Exchange exchange, Responses responses, int status, String reason, Fields.Builder fields) {
    var content = ByteBuffer.wrap((status + " " + reason + "\n").getBytes(StandardCharsets.UTF_8));
    var head =
        new ResponseHead(
            status,
            reason,
            fields.add("Content-Type", "text/plain; charset=utf-8").build(),
            content.remaining());
    if (exchange.request().method().equals("HEAD")) {
      content.position(content.limit());
    }
    responses.respond(new ResponsePart.Whole(exchange, head, content));
  }
}
