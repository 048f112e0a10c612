package org.yimmo.wsgi.server.internal;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponsePart;
import org.yimmo.wsgi.exchange.ResponseReceiver;

/**
 * The requests that each worker thread answers before clients reach it: what an application does
 * only once is done then, and one that cannot answer is noticed before it replaces one that can.
 *
 * @param targets paths, or URLs when the application wants to see its host name
 * @param timeout for each of them
 * @param secure whether the server speaks TLS
 */
record WarmUp(List<String> targets, Duration timeout, boolean secure) {
  private static final int WINDOW_BYTES = 256 * 1024;

  /**
   * What one application wants to be asked for.
   *
   * @param host it answers for, {@code *.domain}, or empty
   * @param mount its path
   * @param paths below the mount
   */
  record Wish(String host, String mount, List<String> paths) {
    /** As the properties of its service have it (docs/wiring.md). */
    static Wish of(Function<String, Object> properties) {
      return new Wish(
          properties.apply("application.host") instanceof String host ? host : "",
          properties.apply("application.path") instanceof String path ? path : "/",
          switch (properties.apply("application.warmup")) {
            case String[] paths -> List.of(paths);
            case String path -> List.of(path);
            case null, default -> List.of();
          });
    }

    private Stream<String> targets(boolean secure) {
      var stem = mount.replaceFirst("/+$", "");
      var any = host.startsWith("*.") ? "warm-up" + host.substring(1) : host;
      var origin = any.isEmpty() ? "" : (secure ? "https://" : "http://") + any;
      return paths.stream().map(path -> origin + stem + path);
    }
  }

  /** The same, and then what applications want. */
  WarmUp with(List<Wish> wishes) {
    return new WarmUp(
        Stream.concat(targets.stream(), wishes.stream().flatMap(wish -> wish.targets(secure)))
            .toList(),
        timeout,
        secure);
  }

  /** Where the exchange is offered to a worker: the I/O thread. */
  @FunctionalInterface
  interface Offer {
    boolean to(ExchangeQueues queues, Exchange exchange);
  }

  /**
   * Sends all requests through the queues of one worker.
   *
   * <p><em>Blocks:</em> until they are answered, for the timeout at most each.
   *
   * @throws StartFailure one was not answered, or not with success
   */
  void run(ExchangeQueues queues, Offer offer) throws StartFailure {
    for (var target : targets) {
      var answer = new Answer();
      var exchange = new Exchange(request(target), answer, WINDOW_BYTES);
      if (!offer.to(queues, exchange)) {
        return; // the worker is leaving already
      }
      check(target, await(target, exchange, answer));
    }
  }

  private Request request(String target) throws StartFailure {
    var uri = uri(target);
    var https = uri.getScheme().equals("https");
    var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    return new Request(
        "GET",
        query.isEmpty() ? path : path + "?" + query,
        path,
        query,
        "HTTP/1.1",
        Fields.of("Host", uri.getRawAuthority(), "User-Agent", "yimmo-wsgi-warm-up"),
        Content.none(),
        new Endpoints("127.0.0.1", 0, "127.0.0.1", port(uri, https), https));
  }

  private URI uri(String target) throws StartFailure {
    try {
      return target.startsWith("/") ? defaultUri(target) : URI.create(target);
    } catch (IllegalArgumentException e) {
      throw failure(target, "is not possible: " + e.getMessage(), e);
    }
  }

  private URI defaultUri(String target) {
    return URI.create((secure ? "https" : "http") + "://localhost" + target);
  }

  private static int port(URI uri, boolean https) {
    return uri.getPort() >= 0 ? uri.getPort() : https ? 443 : 80;
  }

  private int await(String target, Exchange exchange, Answer answer) throws StartFailure {
    try {
      return answer
          .status
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .orElseThrow(() -> failure(target, "was not answered to the end", null));
    } catch (TimeoutException e) {
      exchange.abandon();
      throw failure(target, "was not answered within " + timeout.toMillis() / 1000.0 + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is never completed so
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(target, "was interrupted", e);
    }
  }

  private static void check(String target, int status) throws StartFailure {
    if (status < 200 || status >= 400) {
      throw failure(target, "was answered with status " + status, null);
    }
  }

  private static StartFailure failure(String target, String what, Throwable cause) {
    return new StartFailure(
        StartFailure.APPLICATION,
        "the warm-up failed: GET " + target + " " + what + "; mend it or change --warmup",
        cause);
  }

  /** Takes the response; its content goes nowhere. */
  private static final class Answer implements ResponseReceiver {
    private final CompletableFuture<Optional<Integer>> status = new CompletableFuture<>();
    private Optional<Integer> started = Optional.empty(); // I/O thread

    @Override
    public void receive(ResponsePart part) {
      part.discard();
      switch (part) {
        case ResponsePart.Whole(_, var head, _) -> status.complete(Optional.of(head.status()));
        case ResponsePart.WholeInBlock(_, var head, _) ->
            status.complete(Optional.of(head.status()));
        case ResponsePart.Start(_, var head, _) -> started = Optional.of(head.status());
        case ResponsePart.More _, ResponsePart.Block _ -> {}
        case ResponsePart.End _ -> status.complete(started);
        case ResponsePart.Abort _, ResponsePart.Refused _ -> status.complete(Optional.empty());
        case ResponsePart.Upgraded(_, var link) -> {
          link.release();
          status.complete(Optional.of(101));
        }
        case ResponsePart.Expired(var exchange) -> {
          exchange.abandon();
          status.complete(Optional.empty());
        }
      }
    }
  }
}
