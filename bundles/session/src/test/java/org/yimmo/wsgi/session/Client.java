package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/**
 * A client of one session without sockets, threads or time: the test sends octets, plays the
 * workers, moves the clock and looks at what came back.
 */
final class Client implements Connection {
  static final Limits LIMITS =
      new Limits(
          100,
          200,
          1000,
          500,
          4,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  final List<AccessLog.Entry> logged = new ArrayList<>();
  final Queue<Runnable> diskTasks = new ArrayDeque<>();
  final Shared shared;
  final Session session;
  final ExchangeQueues queues = new ExchangeQueues("worker", 32);

  boolean congested;
  boolean readingPaused;
  boolean outputEnded;
  boolean closed;
  boolean wasReset;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private long nanos;
  private long wakeAt = Long.MAX_VALUE;
  private long progress;
  private final List<Runnable> credits = new ArrayList<>();

  Client() {
    this(LIMITS);
  }

  Client(Limits limits) {
    this(limits, Path.of(System.getProperty("java.io.tmpdir")));
  }

  Client(Limits limits, Path directory) {
    this(limits, directory, Proxies.none());
  }

  Client(Proxies proxies) {
    this(LIMITS, Path.of(System.getProperty("java.io.tmpdir")), proxies);
  }

  private Client(Limits limits, Path directory, Proxies proxies) {
    var spool = new Spool(diskTasks::add, Runnable::run, directory);
    shared = new Shared(limits, new Log(), spool, () -> nanos, proxies);
    shared.workers().add(queues);
    session = new Session(this, new Endpoints("192.0.2.1", 4711, "192.0.2.2", 80, false), shared);
    session.opened();
  }

  private Client(Client other) {
    shared = other.shared;
    session = new Session(this, new Endpoints("192.0.2.9", 4712, "192.0.2.2", 80, false), shared);
    session.opened();
  }

  /** Another connection to the same server. */
  Client connectAnother() {
    return new Client(this);
  }

  private final class Log implements AccessLog {
    @Override
    public boolean wanted() {
      return true;
    }

    @Override
    public void ended(Entry entry) {
      logged.add(entry);
    }
  }

  // --- the client's side

  Client send(String octets) {
    var bytes = octets.getBytes(ISO_8859_1);
    session.received(bytes, 0, bytes.length);
    return this;
  }

  Client get(String path) {
    return send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  /** What the client got since the last call; the date is left out. */
  String got() {
    var text = output.toString(ISO_8859_1);
    output.reset();
    return text.replaceAll("Date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n", "");
  }

  void waits(Duration time) {
    nanos += time.toNanos();
    if (wakeAt <= nanos) {
      wakeAt = Long.MAX_VALUE;
      session.deadlineReached();
    }
  }

  void endsInput() {
    session.inputEnded();
  }

  void leaves() {
    session.closed();
  }

  void takesNothing() {
    congested = true;
    session.outputWaits();
  }

  void takesSome() {
    progress++;
  }

  void takesAll() {
    congested = false;
    credits.forEach(Runnable::run);
    credits.clear();
    session.outputAdvanced();
  }

  void disk() {
    for (var task = diskTasks.poll(); task != null; task = diskTasks.poll()) {
      task.run();
    }
  }

  // --- the worker's side

  boolean hasExchange() {
    return queues.unanswered() > 0;
  }

  Exchange exchange() {
    return exchange(queues);
  }

  static Exchange exchange(ExchangeQueues queues) {
    if (queues.unanswered() == 0) {
      throw new AssertionError("no exchange was offered to " + queues.worker());
    }
    return queues.take().orElseThrow();
  }

  void respond(ResponsePart... parts) {
    respond(queues, parts);
  }

  static void respond(ExchangeQueues queues, ResponsePart... parts) {
    for (var part : parts) {
      queues.respond(part);
    }
    queues.drain(part -> part.exchange().receiver().receive(part), 100);
  }

  /** Answers the next exchange with its path. */
  Client answer() {
    var exchange = exchange();
    respond(whole(exchange, exchange.request().path()));
    return this;
  }

  static ResponsePart whole(Exchange exchange, String content) {
    return whole(exchange, 200, "OK", content);
  }

  static ResponsePart whole(Exchange exchange, int status, String reason, String content) {
    return new ResponsePart.Whole(
        exchange,
        new ResponseHead(status, reason, Fields.none(), content.length()),
        buffer(content));
  }

  static ResponsePart start(Exchange exchange, long length, String content) {
    return new ResponsePart.Start(
        exchange, new ResponseHead(200, "OK", Fields.none(), length), buffer(content));
  }

  static ResponsePart more(Exchange exchange, String content) {
    return new ResponsePart.More(exchange, buffer(content));
  }

  /** Further content in the only block of {@code blocks}. */
  static ResponsePart block(Exchange exchange, ContentBlocks blocks, String content) {
    return new ResponsePart.Block(exchange, filled(blocks, content));
  }

  /** A response in the only block of {@code blocks}, without a length. */
  static ResponsePart wholeInBlock(Exchange exchange, ContentBlocks blocks, String content) {
    return new ResponsePart.WholeInBlock(
        exchange,
        new ResponseHead(200, "OK", Fields.none(), ResponseHead.UNKNOWN_LENGTH),
        filled(blocks, content));
  }

  private static ContentBlocks.Block filled(ContentBlocks blocks, String content) {
    var block = blocks.take(ContentBlocks.BLOCK_BYTES);
    block.bytes().put(content.getBytes(ISO_8859_1)).flip();
    return block;
  }

  static ResponsePart end(Exchange exchange) {
    return new ResponsePart.End(exchange);
  }

  private static ByteBuffer buffer(String content) {
    return ByteBuffer.wrap(content.getBytes(ISO_8859_1));
  }

  private static String text(ByteBuffer octets) {
    return ISO_8859_1.decode(octets.duplicate()).toString();
  }

  static String text(Content content) {
    return switch (content) {
      case Content.Memory memory -> text(memory.bytes());
      case Content.InBlocks blocks ->
          blocks.bytes().stream().map(Client::text).collect(Collectors.joining());
      case Content.Spooled spooled -> {
        var octets = ByteBuffer.allocate((int) spooled.length());
        try {
          spooled.file().read(octets, 0);
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
        yield ISO_8859_1.decode(octets.flip()).toString();
      }
    };
  }

  /** What {@code whole} looks like to the client. */
  static String ok(String content) {
    return "HTTP/1.1 200 OK\r\nServer: yimmo-wsgi\r\nContent-Length: "
        + content.length()
        + "\r\n\r\n"
        + content;
  }

  static String okAndClose(String content) {
    return ok(content).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  }

  /** Whether the connection goes on: a further request is answered. */
  boolean survives() {
    if (closed || wasReset || outputEnded || readingPaused) {
      return false;
    }
    got();
    get("/again");
    answer();
    return got().equals(ok("/again"));
  }

  /** A response of the server itself after which the connection ends. */
  boolean wasRefusedWith(int status) {
    var text = got();
    return text.startsWith("HTTP/1.1 " + status + " ")
        && text.contains("\r\nContent-Type: text/plain\r\n")
        && text.contains("\r\nConnection: close\r\n")
        && text.substring(text.indexOf("\r\n\r\n")).length() > 4
        && outputEnded
        && !hasExchange();
  }

  void each(int times, Consumer<Client> action) {
    for (int i = 0; i < times; i++) {
      action.accept(this);
    }
  }

  // --- what the session calls

  @Override
  public void expect(int contentBytes) {}

  @Override
  public void write(byte[] octets, int from, int to) {
    output.write(octets, from, to - from);
  }

  @Override
  public void write(ByteBuffer content) {
    var octets = new byte[content.remaining()];
    content.get(octets);
    output.writeBytes(octets);
  }

  @Override
  public void write(ContentBlocks.Block block) {
    write(block.bytes());
    block.release();
  }

  @Override
  public void flush() {}

  @Override
  public void returnCreditWhenWritten(Exchange exchange, int bytes) {
    if (congested) {
      credits.add(() -> exchange.returnCredit(bytes));
    } else {
      exchange.returnCredit(bytes);
    }
  }

  @Override
  public boolean congested() {
    return congested;
  }

  @Override
  public boolean drained() {
    return !congested;
  }

  @Override
  public long writeProgress() {
    return progress;
  }

  @Override
  public void pauseReading() {
    readingPaused = true;
  }

  @Override
  public void resumeReading() {
    readingPaused = false;
  }

  @Override
  public void wakeAt(long time) {
    wakeAt = Math.min(wakeAt, time);
  }

  @Override
  public void endOutput() {
    outputEnded = true;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void reset() {
    wasReset = true;
  }
}
