package org.yimmo.wsgi.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.session.Connection;
import org.yimmo.wsgi.session.ExchangeSummary;
import org.yimmo.wsgi.session.Session;
import org.yimmo.wsgi.session.SessionSummary;
import org.yimmo.wsgi.session.Shared;

/**
 * One connection of HTTP/1 between a Netty channel and its session, which may change to HTTP/2
 * before its first request.
 *
 * <p>What the session appends is gathered in one buffer and given to the channel at the end of the
 * batch. What the channel cannot take yet waits in a backlog, so that a large content is copied to
 * native memory in small parts only.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter
    implements Connection, IoConnection {
  private static final System.Logger LOGGER = System.getLogger(ServerConnection.class.getName());
  private static final int FIRST_BUFFER_BYTES = 1024;
  private static final int HEAD_BYTES = 512; // of most responses
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Blocks of less are copied: two buffers and a promise cost the kernel and Netty more. */
  private static final int COPIED_BYTES = 32 * 1024;

  private enum Ending {
    NONE,
    END_OUTPUT,
    CLOSE
  }

  private final IoThread ioThread;
  private final Shared shared;
  private final String listener; // the path of a unix socket, or empty
  private final boolean rehearsing;

  private ChannelHandlerContext context;
  private Session session; // null: TLS has not been agreed on yet
  private boolean open;

  private ByteBuf buffer; // what was appended since the last flush, or null
  private final ArrayDeque<ByteBuffer> backlog = new ArrayDeque<>(0);
  private boolean flushing; // a flush was asked for
  private Ending ending = Ending.NONE;
  private boolean ended; // the ending was begun
  private long writtenBytes; // given to the channel

  private Exchange creditor;
  private int creditBytes;

  private final Alarm alarm;

  /**
   * @param listener the path of the unix socket that was connected to, or empty
   */
  ServerConnection(IoThread ioThread, String listener) {
    this(ioThread, ioThread.shared(), listener, false);
  }

  private ServerConnection(IoThread ioThread, Shared shared, String listener, boolean rehearsing) {
    this.ioThread = ioThread;
    this.shared = shared;
    this.listener = listener;
    this.rehearsing = rehearsing;
    alarm = new Alarm(ioThread, this::wake);
  }

  /** One of the server with itself. */
  static ServerConnection rehearsing(IoThread ioThread) {
    return new ServerConnection(ioThread, ioThread.rehearsals(), "", true);
  }

  // --- events of the channel

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    open = true;
    if (context.pipeline().get(SslHandler.class) == null) {
      begin(rehearsing ? Endpoints.ofRehearsal() : endpoints());
    }
    ioThread.opened(this);
    ioThread.flushAll();
  }

  private void begin(Endpoints endpoints) {
    session = new Session(this, endpoints, shared);
    session.opened();
  }

  private void handshakeEnded(SslHandshakeCompletionEvent event) {
    if (!event.isSuccess() || !open || session != null) {
      return;
    }
    var tls = context.pipeline().get(SslHandler.class);
    var endpoints = endpoints().under(TlsVariables.of(tls.engine().getSession()));
    if (ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
      changeToHttp2(endpoints);
    } else {
      begin(endpoints);
    }
  }

  /** The client speaks HTTP/2, and has begun no request of HTTP/1. */
  void changeToHttp2() {
    changeToHttp2(endpoints());
  }

  private void changeToHttp2(Endpoints endpoints) {
    Http2ServerConnection.begin(ioThread, context.pipeline(), endpoints);
    leave();
    var _ = context.pipeline().remove(this);
  }

  private Endpoints endpoints() {
    var reported = context.channel().attr(ProxyProtocol.ENDPOINTS).get();
    if (reported != null) {
      return reported;
    }
    return context.channel().remoteAddress() instanceof InetSocketAddress remote
            && context.channel().localAddress() instanceof InetSocketAddress local
        ? new Endpoints(
            NetUtil.toAddressString(remote.getAddress()),
            remote.getPort(),
            NetUtil.toAddressString(local.getAddress()),
            local.getPort(),
            false)
        : new Endpoints("", 0, listener, 0, false);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    var octets = (ByteBuf) message;
    try {
      var target = ioThread.readBuffer();
      while (open && octets.isReadable()) {
        var count = Math.min(octets.readableBytes(), target.length);
        octets.readBytes(target, 0, count);
        session.received(target, 0, count);
      }
    } finally {
      octets.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ioThread.flushAll();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      handshakeEnded(handshake); // one that failed is closed by its handler
    } else if (event == ChannelInputShutdownEvent.INSTANCE
        || event instanceof SslCloseCompletionEvent) {
      if (session == null) {
        var _ = ctx.close();
        return;
      }
      session.inputEnded();
      ioThread.flushAll();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      ioThread.execute(this::goOnWriting); // not now: the channel is in the middle of a flush
    }
  }

  private void goOnWriting() {
    flushOrFail();
    if (open && session != null && !congested()) {
      session.outputAdvanced();
    }
    ioThread.flushAll();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var clients = cause instanceof IOException || cause.getCause() instanceof SSLException;
    if (clients) {
      LOGGER.log(System.Logger.Level.DEBUG, "a connection failed: {0}", cause.getMessage());
    } else {
      LOGGER.log(System.Logger.Level.ERROR, "a connection failed by a fault of the server", cause);
    }
    var _ = ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (open) {
      leave();
    }
  }

  private void leave() {
    open = false;
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
    backlog.clear();
    alarm.cancel();
    if (session != null) {
      session.closed();
    }
    ioThread.closed(this);
  }

  @Override
  public void drain() {
    if (session == null) {
      var _ = context.close();
    } else {
      session.drain();
    }
  }

  // --- calls of the session: writing

  @Override
  public void expect(int contentBytes) {
    if (open && backlog.isEmpty() && contentBytes < BUFFER_BYTES) {
      var _ = buffer(HEAD_BYTES + contentBytes);
    }
  }

  @Override
  public void write(byte[] octets, int from, int to) {
    if (!open) {
      return;
    }
    if (!backlog.isEmpty()) {
      backlog.add(ByteBuffer.wrap(Arrays.copyOfRange(octets, from, to)));
      return;
    }
    buffer(to - from).writeBytes(octets, from, to - from);
  }

  @Override
  public void write(ByteBuffer content) {
    if (!open) {
      return;
    }
    if (!backlog.isEmpty() || !append(content)) {
      backlog.add(content);
    }
  }

  /** The channel takes many octets from the block itself: their number is bounded by the credit. */
  @Override
  public void write(ContentBlocks.Block block) {
    if (!open) {
      block.release();
      return;
    }
    if (block.bytes().remaining() < COPIED_BYTES && backlog.isEmpty() && append(block.bytes())) {
      block.release();
      return;
    }
    if (!backlog.isEmpty()) { // the block would wait for its turn, and others wait for the block
      backlog.add(ByteBuffer.allocate(block.bytes().remaining()).put(block.bytes()).flip());
      block.release();
      return;
    }
    if (buffer != null) {
      passBuffer(context.voidPromise());
    }
    var octets = Unpooled.wrappedBuffer(block.bytes());
    writtenBytes += octets.readableBytes();
    var promise = context.newPromise();
    var _ = promise.addListener(_ -> block.release()); // also when the channel is closed
    var _ = context.write(octets, promise);
  }

  /** Gives content to the buffer and the channel; {@code false}: some is left. */
  private boolean append(ByteBuffer content) {
    while (content.hasRemaining()) {
      if (!context.channel().isWritable()) {
        return false;
      }
      var count = Math.min(content.remaining(), BUFFER_BYTES);
      var end = content.limit();
      content.limit(content.position() + count);
      buffer(count).writeBytes(content);
      content.limit(end);
      if (buffer.readableBytes() >= BUFFER_BYTES) {
        passBuffer(context.voidPromise());
      }
    }
    return true;
  }

  private ByteBuf buffer(int bytes) {
    if (buffer == null) {
      buffer = context.alloc().ioBuffer(Math.max(bytes, FIRST_BUFFER_BYTES));
    }
    return buffer;
  }

  private void passBuffer(ChannelPromise promise) {
    var full = buffer;
    buffer = null;
    writtenBytes += full.readableBytes();
    var _ = context.write(full, promise);
  }

  @Override
  public void returnCreditWhenWritten(Exchange exchange, int bytes) {
    if (creditor != exchange) {
      creditor = exchange; // the one before has ended: it needs no credit
      creditBytes = 0;
    }
    creditBytes += bytes;
  }

  @Override
  public void flush() {
    if (!flushing) {
      flushing = true;
      ioThread.flushLater(this);
    }
  }

  @Override
  public void flushOrFail() {
    try {
      flushNow();
    } catch (RuntimeException e) {
      exceptionCaught(context, e);
    }
  }

  private void flushNow() {
    flushing = false;
    while (open) {
      while (!backlog.isEmpty() && append(backlog.peek())) {
        backlog.remove();
      }
      passRest();
      context.flush();
      if (backlog.isEmpty() || !context.channel().isWritable()) {
        break;
      }
    }
    if (open && ending != Ending.NONE && !ended && backlog.isEmpty()) {
      ended = true;
      endWhenWritten();
    }
    if (open && !drained()) {
      session.outputWaits();
    }
  }

  private void passRest() {
    if (creditBytes > 0 && backlog.isEmpty()) {
      var exchange = creditor;
      var bytes = creditBytes;
      creditBytes = 0;
      var promise = context.newPromise();
      var _ = promise.addListener(_ -> exchange.returnCredit(bytes));
      if (buffer == null) {
        var _ = context.write(Unpooled.EMPTY_BUFFER, promise);
      } else {
        passBuffer(promise);
      }
    } else if (buffer != null) {
      passBuffer(context.voidPromise());
    }
  }

  @Override
  public boolean congested() {
    return !backlog.isEmpty() || !context.channel().isWritable();
  }

  @Override
  public boolean drained() {
    return backlog.isEmpty() && buffer == null && pendingBytes() == 0;
  }

  private long pendingBytes() {
    var pending = context.channel().unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  @Override
  public long writeProgress() {
    var pending = context.channel().unsafe().outboundBuffer();
    return pending == null
        ? writtenBytes
        : writtenBytes - pending.totalPendingWriteBytes() + pending.currentProgress();
  }

  // --- calls of the session: reading

  @Override
  public void pauseReading() {
    setReading(false);
  }

  @Override
  public void resumeReading() {
    setReading(true);
  }

  private void setReading(boolean reading) {
    if (context.channel().isOpen()) {
      context.channel().config().setAutoRead(reading);
    }
  }

  // --- calls of the session: time

  @Override
  public void wakeAt(long nanos) {
    alarm.at(nanos);
  }

  private void wake() {
    try {
      session.deadlineReached();
    } catch (RuntimeException e) {
      exceptionCaught(context, e);
    }
  }

  // --- calls of the session: the end

  @Override
  public void endOutput() {
    if (ending == Ending.NONE) {
      ending = Ending.END_OUTPUT;
      flush();
    }
  }

  @Override
  public void close() {
    if (ending != Ending.CLOSE) {
      ending = Ending.CLOSE;
      ended = false;
      flush();
    }
  }

  private void endWhenWritten() {
    if (ending == Ending.CLOSE) {
      if (drained()) {
        var _ = context.close();
      } else {
        var _ =
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
      return;
    }
    var channel = (DuplexChannel) context.channel();
    var tls = context.pipeline().get(SslHandler.class);
    var written = tls == null ? context.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
    var _ =
        written.addListener(_ -> {
          var _ = channel.shutdownOutput();
        });
  }

  @Override
  public void reset() {
    IoConnection.reset(context);
  }

  // --- for people

  @Override
  public Optional<SessionSummary> summary() {
    return Optional.ofNullable(session).map(Session::summary);
  }

  @Override
  public List<ExchangeSummary> exchanges() {
    return session == null ? List.of() : session.exchanges();
  }
}
