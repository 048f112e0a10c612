package org.yimmo.wsgi.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the many small buffers of frames in one: what a batch has to send to a connection is one
 * write, and one record of TLS.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class Http2Gatherer extends ChannelDuplexHandler {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FIRST_BUFFER_BYTES = 1024;

  /** Larger buffers are not copied. */
  private static final int SMALL_BYTES = 8 * 1024;

  private ByteBuf buffer; // null: nothing is gathered
  private List<ChannelPromise> promises = new ArrayList<>();
  private long writtenBytes;

  /** Whether nothing is gathered that was not passed on. */
  boolean isEmpty() {
    return buffer == null;
  }

  /** Octets passed on so far. */
  long writtenBytes() {
    return writtenBytes;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    var octets = (ByteBuf) message;
    var bytes = octets.readableBytes();
    if (bytes > SMALL_BYTES) {
      pass(ctx);
      writtenBytes += bytes;
      var _ = ctx.write(octets, promise);
      return;
    }
    if (buffer == null) {
      buffer = ctx.alloc().ioBuffer(Math.max(bytes, FIRST_BUFFER_BYTES));
    }
    buffer.writeBytes(octets);
    octets.release();
    promises.add(promise);
    if (buffer.readableBytes() >= BUFFER_BYTES) {
      pass(ctx);
    }
  }

  private void pass(ChannelHandlerContext ctx) {
    if (buffer == null) {
      return;
    }
    var full = buffer;
    var waiting = promises;
    buffer = null;
    promises = new ArrayList<>(waiting.size());
    writtenBytes += full.readableBytes();
    var written = ctx.newPromise();
    var _ =
        written.addListener(done -> {
          for (var promise : waiting) {
            if (done.isSuccess()) {
              promise.trySuccess();
            } else {
              promise.tryFailure(done.cause());
            }
          }
        });
    var _ = ctx.write(full, written);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    pass(ctx);
    ctx.flush();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    flush(ctx);
    var _ = ctx.close(promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    pass(ctx); // into a channel that is closed: whoever waits hears of it
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pass(ctx);
    ctx.fireChannelInactive();
  }
}
