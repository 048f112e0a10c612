package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Looks whether a connection without TLS begins with the preface of HTTP/2 (RFC 9113 §3.3, §3.4),
 * which no request of HTTP/1 does, and is gone as soon as it knows.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class Http2Preface extends ByteToMessageDecoder {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private final ServerConnection connection;

  /**
   * @param connection further down the pipeline; it has to change to HTTP/2
   */
  Http2Preface(ServerConnection connection) {
    this.connection = connection;
    setSingleDecode(true);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf octets, List<Object> out) {
    var count = Math.min(octets.readableBytes(), PREFACE.length);
    for (int i = 0; i < count; i++) {
      if (octets.getByte(octets.readerIndex() + i) != PREFACE[i]) {
        context.pipeline().remove(this); // what is there goes on
        return;
      }
    }
    if (count == PREFACE.length) {
      connection.changeToHttp2();
      context.pipeline().remove(this);
    }
  }
}
