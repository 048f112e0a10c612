package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/**
 * A client of one HTTP/2 session without sockets, threads or time: what {@link Client} is for
 * HTTP/1.
 */
final class StreamClient implements StreamConnection {
  static final String[] GET = {
    ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"
  };

  final List<AccessLog.Entry> logged = new ArrayList<>();
  final Queue<Runnable> diskTasks = new ArrayDeque<>();
  final List<String> told = new ArrayList<>(); // about the connection
  final ExchangeQueues queues = new ExchangeQueues("worker", 32);
  final Shared shared;
  final Http2Session session;

  boolean takesNothing;

  private long nanos;
  private long wakeAt = Long.MAX_VALUE;
  private long progress;
  private final List<Runnable> untaken = new ArrayList<>();

  StreamClient() {
    this(Client.LIMITS, Proxies.none());
  }

  StreamClient(Limits limits) {
    this(limits, Proxies.none());
  }

  StreamClient(Limits limits, Proxies proxies) {
    var log =
        new AccessLog() {
          @Override
          public boolean wanted() {
            return true;
          }

          @Override
          public void ended(Entry entry) {
            logged.add(entry);
          }
        };
    var directory = Path.of(System.getProperty("java.io.tmpdir"));
    var spool = new Spool(diskTasks::add, Runnable::run, directory);
    shared = new Shared(limits, log, spool, () -> nanos, proxies);
    shared.workers().add(queues);
    session =
        new Http2Session(this, new Endpoints("192.0.2.1", 4711, "192.0.2.2", 80, false), shared);
    session.opened();
  }

  // --- the client's side

  /** One stream, and what the client got on it. */
  final class OneStream implements StreamOutput {
    final List<String> events = new ArrayList<>(); // in the order in which they came
    int consumed;
    boolean closed;
    private RequestStream stream;

    OneStream sends(String content) {
      return sends(content, false);
    }

    OneStream ends(String content) {
      return sends(content, true);
    }

    private OneStream sends(String content, boolean last) {
      var octets = content.getBytes(ISO_8859_1);
      stream.received(octets, 0, octets.length, last, octets.length);
      return this;
    }

    void trails() {
      stream.trailed();
    }

    /** RST_STREAM of the client, or the end of both sides. */
    void closes() {
      closed = true;
      if (stream != null) {
        stream.closed();
      }
    }

    /** What came, as one text: fields of a head are parted by blanks, dates left out. */
    String got() {
      return String.join(" | ", events);
    }

    @Override
    public void continueRequest() {
      events.add("100");
    }

    @Override
    public void head(StreamHead head, boolean last) {
      var text = new StringBuilder().append(head.status());
      for (int i = 0; i < head.fields().size(); i++) {
        var name = head.fields().name(i);
        if (!name.equals("server")) {
          text.append(' ').append(name).append('=').append(head.fields().value(i));
        }
      }
      if (head.contentLength() >= 0) {
        text.append(" content-length=").append(head.contentLength());
      }
      events.add(text + (last ? " END" : ""));
    }

    @Override
    public void content(ByteBuffer content, boolean last) {
      var octets = new byte[content.remaining()];
      content.get(octets);
      events.add("\"" + new String(octets, ISO_8859_1) + "\"" + (last ? " END" : ""));
      takes(octets.length);
    }

    @Override
    public void content(ContentBlocks.Block block) {
      var octets = new byte[block.bytes().remaining()];
      block.bytes().get(octets);
      block.release();
      events.add("\"" + new String(octets, ISO_8859_1) + "\"");
      takes(octets.length);
    }

    private void takes(int bytes) {
      if (bytes > 0) {
        if (takesNothing || stream == null) {
          untaken.add(() -> stream.written(bytes));
        } else {
          progress++;
          stream.written(bytes);
        }
      }
    }

    @Override
    public void reset(StreamError error) {
      events.add(error.name());
      closes();
    }

    @Override
    public void resetWhenWritten() {
      events.add("then " + StreamError.NO_ERROR);
    }

    @Override
    public void consumed(int bytes) {
      consumed += bytes;
    }
  }

  OneStream get(String path) {
    return request("GET", path).isEmpty();
  }

  /** A request that is being opened. */
  record Opening(StreamClient client, List<String> list) {
    Opening with(String... fields) {
      return new Opening(client, Stream.concat(list.stream(), Arrays.stream(fields)).toList());
    }

    OneStream isEmpty() {
      return client.open(list, true);
    }

    OneStream hasContent() {
      return client.open(list, false);
    }
  }

  Opening request(String method, String path) {
    return list(":method", method, ":scheme", "http", ":authority", "a", ":path", path);
  }

  Opening list(String... namesAndValues) {
    return new Opening(this, List.of(namesAndValues));
  }

  private OneStream open(List<String> list, boolean last) {
    var one = new OneStream();
    // copies, as a codec gives them: equal, and not the same
    var copies = list.stream().map(text -> new String(text.toCharArray()));
    var stream = session.begin(one, copies.toArray(CharSequence[]::new), list.size(), last);
    one.stream = stream;
    if (one.closed) {
      stream.closed();
    }
    return one;
  }

  void waits(Duration time) {
    nanos += time.toNanos();
    if (wakeAt <= nanos) {
      wakeAt = Long.MAX_VALUE;
      session.deadlineReached();
    }
  }

  void takesAll() {
    takesNothing = false;
    var all = List.copyOf(untaken);
    untaken.clear();
    all.forEach(Runnable::run);
    progress += all.size();
  }

  void disk() {
    for (var task = diskTasks.poll(); task != null; task = diskTasks.poll()) {
      task.run();
    }
  }

  // --- the worker's side

  Exchange exchange() {
    return Client.exchange(queues);
  }

  boolean hasExchange() {
    return queues.unanswered() > 0;
  }

  void answer() {
    var exchange = exchange();
    Client.respond(queues, Client.whole(exchange, exchange.request().path()));
  }

  // --- what the session calls

  @Override
  public void flush() {
    if (takesNothing) {
      session.outputWaits();
    }
  }

  @Override
  public boolean drained() {
    return true;
  }

  @Override
  public long writeProgress() {
    return progress;
  }

  @Override
  public void wakeAt(long time) {
    wakeAt = Math.min(wakeAt, time);
  }

  @Override
  public void announceEnd() {
    told.add("announced");
  }

  @Override
  public void refuseStreams() {
    told.add("refused");
  }

  @Override
  public void close() {
    told.add("closed");
  }

  @Override
  public void reset() {
    told.add("reset");
  }
}
