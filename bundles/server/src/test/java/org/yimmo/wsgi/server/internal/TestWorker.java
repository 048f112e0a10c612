package org.yimmo.wsgi.server.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/** A worker thread without Python. */
final class TestWorker implements AutoCloseable {
  private final ExchangeQueues queues;
  private final Application application;
  private final Thread thread;

  /** Answers exchanges. */
  @FunctionalInterface
  interface Application {
    void serve(Exchange exchange, ExchangeQueues queues) throws Exception;
  }

  TestWorker(ExchangeQueues queues, Application application) {
    this.queues = queues;
    this.application = application;
    thread = new Thread(this::run, queues.worker());
    thread.setDaemon(true);
  }

  ExchangeQueues queues() {
    return queues;
  }

  void start() {
    thread.start();
  }

  private void run() {
    for (var next = queues.take(); next.isPresent(); next = queues.take()) {
      var exchange = next.get();
      try (var _ = exchange.request().content()) {
        if (exchange.request().endpoints().rehearsing()) {
          queues.respond(whole(exchange, 200, "OK", "rehearsal"));
        } else {
          application.serve(exchange, queues);
        }
      } catch (Exception e) {
        queues.respond(new ResponsePart.Abort(exchange));
      }
    }
  }

  /** Answers everything with 200 and a text. */
  static Application text(String text) {
    return (exchange, queues) -> queues.respond(whole(exchange, 200, "OK", text));
  }

  /** Answers with the path of the request. */
  static void path(Exchange exchange, ExchangeQueues queues) {
    queues.respond(whole(exchange, 200, "OK", exchange.request().path()));
  }

  static ResponsePart.Whole whole(Exchange exchange, int status, String reason, String text) {
    var octets = text.getBytes(ISO_8859_1);
    return new ResponsePart.Whole(
        exchange,
        new ResponseHead(status, reason, Fields.of("Content-Type", "text/plain"), octets.length),
        ByteBuffer.wrap(octets));
  }

  @Override
  public void close() {
    queues.close();
  }
}
