package org.yimmo.wsgi.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.session.ExchangeSummary;
import org.yimmo.wsgi.session.Http2Session;
import org.yimmo.wsgi.session.RequestStream;
import org.yimmo.wsgi.session.SessionSummary;
import org.yimmo.wsgi.session.StreamConnection;
import org.yimmo.wsgi.session.StreamError;
import org.yimmo.wsgi.session.StreamHead;
import org.yimmo.wsgi.session.StreamOutput;

/**
 * One HTTP/2 connection between a Netty channel and its session. Frames, HPACK and flow control are
 * Netty's; requests and responses are the session's (docs/decisions/0013-http2.md).
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class Http2ServerConnection extends Http2ConnectionHandler
    implements StreamConnection, IoConnection {
  private static final System.Logger LOGGER =
      System.getLogger(Http2ServerConnection.class.getName());

  /** What a client may send of the content of one request before it waits for more. */
  private static final int STREAM_WINDOW_BYTES = 256 * 1024;

  /** The same for all requests of a connection together. */
  private static final int CONNECTION_WINDOW_BYTES = 1024 * 1024;

  private static final int RESETS = 200; // of streams that a client may make in so much time
  private static final int RESETS_SECONDS = 30;
  private static final int SMALL_CONTINUATIONS = 16;
  private static final int EMPTY_DATA_FRAMES = 16;
  private static final int QUEUED_CONTROL_FRAMES = 1_000;

  private static final long LAST_PING = 0x79696d6d6fL;
  private static final Http2Headers CONTINUE =
      ReadOnlyHttp2Headers.serverHeaders(false, AsciiString.cached("100"));

  private final IoThread ioThread;
  private final Http2Gatherer gatherer = new Http2Gatherer();
  private final PropertyKey outputs;
  private final Alarm alarm;
  private final Http2Session session;

  private ChannelHandlerContext context;
  private boolean open;
  private boolean broken; // by a connection error
  private boolean flushing; // a flush was asked for
  private CharSequence[] list = new CharSequence[64]; // names and values, on their way

  /**
   * Takes over a channel, at the end of its pipeline.
   *
   * @param endpoints of the connection
   */
  static void begin(IoThread ioThread, ChannelPipeline pipeline, Endpoints endpoints) {
    var connection = new Builder(ioThread, endpoints).build();
    var _ = pipeline.addLast(new Lingering(), connection.gatherer, connection);
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2ServerConnection, Builder> {
    private final IoThread ioThread;
    private final Endpoints endpoints;

    Builder(IoThread ioThread, Endpoints endpoints) {
      var limits = ioThread.shared().limits();
      this.ioThread = ioThread;
      this.endpoints = endpoints;
      var connection = new DefaultHttp2Connection(true);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new UniformStreamByteDistributor(connection)));
      connection(connection);
      initialSettings(
          new Http2Settings()
              .maxConcurrentStreams(limits.maxConcurrentStreams())
              .initialWindowSize(STREAM_WINDOW_BYTES)
              .maxHeaderListSize(limits.maxLineBytes() + limits.maxFieldsBytes()));
      decoupleCloseAndGoAway(true);
      decoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS);
      encoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS);
      decoderEnforceMaxSmallContinuationFrames(SMALL_CONTINUATIONS);
      decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_DATA_FRAMES);
      encoderEnforceMaxQueuedControlFrames(QUEUED_CONTROL_FRAMES);
    }

    @Override
    protected Http2ServerConnection build() {
      return super.build();
    }

    @Override
    protected Http2ServerConnection build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Http2ServerConnection(decoder, encoder, settings, ioThread, endpoints);
    }
  }

  private Http2ServerConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      IoThread ioThread,
      Endpoints endpoints) {
    super(decoder, encoder, settings, true);
    this.ioThread = ioThread;
    outputs = connection().newKey();
    alarm = new Alarm(ioThread, this::wake);
    session = new Http2Session(this, endpoints, ioThread.shared());
    decoder.frameListener(new Frames());
    connection().addListener(new Closings());
  }

  // --- events of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    open = true;
    super.handlerAdded(ctx);
    connection()
        .local()
        .flowController()
        .incrementWindowSize(
            connection().connectionStream(),
            CONNECTION_WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    session.opened();
    ioThread.opened(this);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    super.channelReadComplete(ctx);
    ioThread.flushAll();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    super.userEventTriggered(ctx, event);
    if (open
        && (event == ChannelInputShutdownEvent.INSTANCE
            || event instanceof SslCloseCompletionEvent)) {
      session.inputEnded();
      ioThread.flushAll();
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception http2) {
    if (broken) {
      return; // what is still written on the way to the end fails, too
    }
    broken = true;
    if (http2 == null || http2.error() == Http2Error.INTERNAL_ERROR) {
      report(cause);
    } else {
      LOGGER.log(System.Logger.Level.DEBUG, "a connection is ended: {0}", cause.getMessage());
    }
    super.onConnectionError(ctx, outbound, cause, http2);
    session.closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(ctx, cause);
    } else {
      failed(cause);
    }
  }

  private void failed(Throwable cause) {
    report(cause);
    close();
  }

  private static void report(Throwable cause) {
    var clients =
        cause instanceof IOException
            || cause.getCause() instanceof IOException; // SSLException is one
    if (clients) {
      LOGGER.log(System.Logger.Level.DEBUG, "a connection failed: {0}", cause.getMessage());
    } else {
      LOGGER.log(System.Logger.Level.ERROR, "a connection failed by a fault of the server", cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (open) {
      open = false;
      alarm.cancel();
      session.closed();
      ioThread.closed(this);
    }
    super.channelInactive(ctx);
  }

  // --- events of streams

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last) {
      var stream = connection().stream(streamId);
      Output known = stream.getProperty(outputs);
      if (known == null) {
        opened(stream).begin(headers, last);
      } else {
        known.request.trailed();
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean last) {
      Output output = connection().stream(streamId).getProperty(outputs);
      var count = data.readableBytes();
      var octets = ioThread.readBuffer();
      data.readBytes(octets, 0, count);
      output.request.received(octets, 0, count, last, count + padding);
      return 0; // the request says when it has room for more
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
      if (data == LAST_PING) {
        session.endHeard();
      }
    }
  }

  private final class Closings extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Output output = stream.getProperty(outputs);
      if (output != null) {
        output.closed();
      }
    }
  }

  private Output opened(Http2Stream stream) {
    var output = new Output(stream);
    stream.setProperty(outputs, output);
    return output;
  }

  /** A head that is too large is answered like that of HTTP/1, and then not by a reset. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException http2) {
    if (http2 instanceof Http2Exception.HeaderListSizeException large
        && large.duringDecode()
        && connection().stream(http2.streamId()) == null) {
      try {
        opened(connection().remote().createStream(http2.streamId(), true)).beginTooLarge();
        return;
      } catch (Http2Exception e) {
        LOGGER.log(System.Logger.Level.DEBUG, "a stream is not opened: {0}", e.getMessage());
      }
    }
    super.onStreamError(ctx, outbound, cause, http2);
  }

  /** These are trailers, of a stream that is reset then. */
  @Override
  protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext ctx, Http2Stream stream) {}

  private int fillList(Http2Headers headers) {
    var length = 0;
    for (var header : headers) {
      if (length == list.length) {
        list = Arrays.copyOf(list, 2 * length);
      }
      list[length++] = header.getKey();
      list[length++] = header.getValue();
    }
    return length;
  }

  /** The response of one stream. */
  private final class Output implements StreamOutput {
    private final Http2Stream stream;
    private RequestStream request; // null: it is being begun
    private ChannelFuture ended; // when the last of the response is in the socket; null: not begun
    private boolean closed;

    Output(Http2Stream stream) {
      this.stream = stream;
    }

    void begin(Http2Headers headers, boolean last) {
      begun(session.begin(this, list, fillList(headers), last));
    }

    void beginTooLarge() {
      begun(session.beginTooLarge(this));
    }

    private void begun(RequestStream begun) {
      request = begun;
      if (closed) {
        request.closed();
      }
    }

    void closed() {
      closed = true;
      if (request != null) {
        request.closed();
      }
    }

    @Override
    public void continueRequest() {
      if (!closed) {
        var _ =
            encoder().writeHeaders(context, stream.id(), CONTINUE, 0, false, context.newPromise());
      }
    }

    @Override
    public void head(StreamHead head, boolean last) {
      if (!closed) {
        var headers = ioThread.http2Heads().of(head);
        ended =
            encoder().writeHeaders(context, stream.id(), headers, 0, last, context.newPromise());
      }
    }

    @Override
    public void content(ByteBuffer content, boolean last) {
      if (closed) {
        return;
      }
      var bytes = content.remaining();
      var written = context.newPromise();
      if (bytes > 0) {
        var _ =
            written.addListener(done -> {
              if (done.isSuccess() && !closed) {
                request.written(bytes);
              }
            });
      }
      ended =
          encoder()
              .writeData(context, stream.id(), Unpooled.wrappedBuffer(content), 0, last, written);
    }

    @Override
    public void content(ContentBlocks.Block block) {
      if (closed) {
        block.release();
        return;
      }
      var octets = Unpooled.wrappedBuffer(block.bytes());
      var bytes = octets.readableBytes();
      var written = context.newPromise();
      var _ =
          written.addListener(done -> { // also when the stream is closed
            block.release();
            if (done.isSuccess() && !closed) {
              request.written(bytes);
            }
          });
      var _ = encoder().writeData(context, stream.id(), octets, 0, false, written);
    }

    @Override
    public void reset(StreamError error) {
      if (!closed) {
        var _ = encoder().writeRstStream(context, stream.id(), error.code(), context.newPromise());
      }
    }

    @Override
    public void resetWhenWritten() {
      if (!closed) {
        var _ = ended.addListener(_ -> ioThread.execute(this::resetNow));
      }
    }

    private void resetNow() {
      reset(StreamError.NO_ERROR);
      flushOrFail();
    }

    @Override
    public void consumed(int bytes) {
      if (closed || bytes == 0) {
        return; // what a stream had not consumed when it was closed its connection has
      }
      try {
        connection().local().flowController().consumeBytes(stream, bytes);
      } catch (Http2Exception e) {
        onError(context, true, e);
      }
    }
  }

  // --- calls of the session

  @Override
  public void flush() {
    if (open && !flushing) {
      flushing = true;
      ioThread.flushLater(this);
    }
  }

  @Override
  public void flushOrFail() {
    try {
      flushNow();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void flushNow() {
    flushing = false;
    if (!open) {
      return;
    }
    flush(context);
    if (open && (session.waitsForClient() || !drained())) {
      session.outputWaits();
    }
  }

  @Override
  public boolean drained() {
    var pending = context.channel().unsafe().outboundBuffer();
    return gatherer.isEmpty() && (pending == null || pending.totalPendingWriteBytes() == 0);
  }

  @Override
  public long writeProgress() {
    var pending = context.channel().unsafe().outboundBuffer();
    return pending == null
        ? gatherer.writtenBytes()
        : gatherer.writtenBytes() - pending.totalPendingWriteBytes() + pending.currentProgress();
  }

  @Override
  public void wakeAt(long nanos) {
    if (open) {
      alarm.at(nanos);
    }
  }

  private void wake() {
    try {
      session.deadlineReached();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  @Override
  public void announceEnd() {
    goAway(Integer.MAX_VALUE);
    var _ = encoder().writePing(context, false, LAST_PING, context.newPromise());
  }

  @Override
  public void refuseStreams() {
    goAway(connection().remote().lastStreamCreated());
  }

  private void goAway(int lastStream) {
    var _ =
        goAway(
            context,
            lastStream,
            Http2Error.NO_ERROR.code(),
            Unpooled.EMPTY_BUFFER,
            context.newPromise());
  }

  @Override
  public void close() {
    var _ = context.close();
  }

  @Override
  public void reset() {
    IoConnection.reset(context);
  }

  // --- calls of the I/O thread

  @Override
  public void drain() {
    session.drain();
  }

  @Override
  public Optional<SessionSummary> summary() {
    return Optional.of(session.summary());
  }

  @Override
  public List<ExchangeSummary> exchanges() {
    return session.exchanges();
  }
}
