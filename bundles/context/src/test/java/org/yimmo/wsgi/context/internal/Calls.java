package org.yimmo.wsgi.context.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** Calls applications and keeps what they answered. */
final class Calls {
  static final List<Field> TEXT = List.of(new Field("Content-Type", "text/plain"));

  private Calls() {}

  /** The parts of one response, as text. */
  static final class Answer {
    private final List<String> parts = new ArrayList<>();
    private ResponseHead head = new ResponseHead(0, "", Fields.none(), 0);

    /**
     * {@code whole}, {@code whole in block}, {@code start}, {@code more}, {@code block}, {@code
     * end}, {@code abort}, with content.
     */
    List<String> parts() {
      return parts;
    }

    ResponseHead head() {
      return head;
    }

    private void add(ResponsePart part) {
      switch (part) {
        case ResponsePart.Whole whole -> {
          head = whole.head();
          parts.add("whole " + text(whole.content()));
        }
        case ResponsePart.WholeInBlock(_, var given, var block) -> {
          head = given;
          parts.add("whole in block " + text(block.bytes()));
          part.discard();
        }
        case ResponsePart.Start start -> {
          head = start.head();
          parts.add("start " + text(start.content()));
        }
        case ResponsePart.More more -> parts.add("more " + text(more.content()));
        case ResponsePart.Block(_, var block) -> {
          parts.add("block " + text(block.bytes()));
          part.discard();
        }
        case ResponsePart.End _ -> parts.add("end");
        case ResponsePart.Abort _ -> parts.add("abort");
        case ResponsePart.Expired _, ResponsePart.Refused _, ResponsePart.Upgraded _ ->
            throw new AssertionError("not for an application to say: " + part);
      }
    }
  }

  static Answer call(String method, Application application) {
    return call(exchange(method), application);
  }

  static Answer call(Exchange exchange, Application application) {
    var answer = new Answer();
    var route = new Routes.Found(application, "test", new Visits(), "", "/");
    new Call(
            exchange,
            answer::add,
            route,
            new RequestEnviron.Flags(false, false),
            new ResponseHeads())
        .run();
    return answer;
  }

  static Exchange exchange(String method) {
    return exchange(method, 1024, new ContentBlocks(0));
  }

  static Exchange exchange(String method, int windowBytes, ContentBlocks blocks) {
    var request = request(method, "/", "", Fields.of("Host", "localhost"), Content.none());
    return new Exchange(request, _ -> {}, windowBytes, blocks, 0);
  }

  static Request request(String method, String path, String query, Fields fields, Content content) {
    return new Request(
        method,
        query.isEmpty() ? path : path + "?" + query,
        path,
        query,
        "HTTP/1.1",
        fields,
        content,
        new Endpoints("192.0.2.1", 50000, "192.0.2.2", 8081, false));
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
  }

  /** Chunks that are not a collection, and that count how often they were closed. */
  static final class Generator implements Iterable<ByteBuffer>, AutoCloseable {
    private final List<String> chunks;
    private final Runnable atEnd;
    int taken;
    int closed;

    Generator(String... chunks) {
      this(() -> {}, chunks);
    }

    /** Runs {@code atEnd} when it is asked for more than it has. */
    Generator(Runnable atEnd, String... chunks) {
      this.chunks = List.of(chunks);
      this.atEnd = atEnd;
    }

    @Override
    public Iterator<ByteBuffer> iterator() {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          if (taken == chunks.size()) {
            atEnd.run();
          }
          return taken < chunks.size();
        }

        @Override
        public ByteBuffer next() {
          return bytes(chunks.get(taken++));
        }
      };
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
