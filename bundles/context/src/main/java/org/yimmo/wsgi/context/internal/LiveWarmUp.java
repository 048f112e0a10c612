package org.yimmo.wsgi.context.internal;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.exchange.ResponseHead;
import org.yimmo.wsgi.exchange.ResponsePart;

/**
 * Has an application answer the requests of its property {@code application.warmup} while another
 * one still serves its place: past routes and workers, on a thread of its own for each, so that no
 * client waits for them (docs/wiring.md).
 */
@Component(
    service = Function.class,
    configurationPid = "org.yimmo.wsgi.context",
    configurationPolicy = ConfigurationPolicy.REQUIRE, // a manager has no applications
    property = "yimmo.warmup=true")
public final class LiveWarmUp implements Function<ServiceReference<Application>, Optional<String>> {
  private static final int WINDOW_BYTES = 256 * 1024;

  private final BundleContext bundle;
  private final RequestEnviron.Flags flags;
  private final boolean secure;
  private final Duration timeout;

  /** See docs/wiring.md. */
  @interface Configuration {
    boolean multithread() default false;

    boolean multiprocess() default false;

    boolean secure() default false;

    long warmup_timeout_millis() default 60_000;
  }

  @Activate
  public LiveWarmUp(BundleContext bundle, Configuration configuration) {
    this.bundle = bundle;
    flags = new RequestEnviron.Flags(configuration.multithread(), configuration.multiprocess());
    secure = configuration.secure();
    timeout = Duration.ofMillis(configuration.warmup_timeout_millis());
  }

  /**
   * Warms an application up.
   *
   * <p><em>Thread:</em> any. <em>Blocks:</em> until all is answered, for the timeout at most each.
   *
   * @return empty, or why it is not warm
   */
  @Override
  public Optional<String> apply(ServiceReference<Application> reference) {
    var application = bundle.getService(reference);
    if (application == null) {
      return Optional.of("the warm-up failed: the application has gone");
    }
    try {
      var own = new ApplicationProperties(reference::getProperty);
      return warm(
          application, own.name(application.getClass().getName()), own.place(), own.warmup());
    } finally {
      bundle.ungetService(reference);
    }
  }

  /** As {@link #apply}. */
  Optional<String> warm(
      Application application, String name, Routes.Place place, List<String> paths) {
    return paths.stream()
        .map(path -> place.path() + path)
        .flatMap(target ->
            fault(application, name, place, target)
                .map(fault ->
                    "the warm-up failed: GET %s %s; mend it or change application.warmup"
                        .formatted(target, fault))
                .stream())
        .findFirst();
  }

  private Optional<String> fault(
      Application application, String name, Routes.Place place, String target) {
    try {
      var request = request(place.host(), URI.create(target));
      var path = PercentEncoding.decode(request.path()).substring(place.path().length());
      var route = new Routes.Found(application, name, new Visits(), place.path(), path);
      return fault(await(new Exchange(request, _ -> {}, WINDOW_BYTES), route));
    } catch (IllegalArgumentException e) {
      return Optional.of("is not possible: " + e.getMessage());
    } catch (TimeoutException _) {
      return Optional.of("was not answered within %s s".formatted(timeout.toMillis() / 1000.0));
    }
  }

  private static Optional<String> fault(Optional<Integer> status) {
    if (status.isEmpty()) {
      return Optional.of("was not answered to the end");
    }
    return status
        .filter(code -> code < 200 || code >= 400)
        .map(code -> "was answered with status " + code);
  }

  private Request request(String host, URI target) {
    var query = target.getRawQuery() == null ? "" : target.getRawQuery();
    var path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
    return new Request(
        "GET",
        query.isEmpty() ? path : path + "?" + query,
        path,
        query,
        "HTTP/1.1",
        Fields.of("Host", hostField(host), "User-Agent", "yimmo-wsgi-warm-up"),
        Content.none(),
        new Endpoints("127.0.0.1", 0, "127.0.0.1", secure ? 443 : 80, secure));
  }

  private static String hostField(String host) {
    if (host.isEmpty()) {
      return "localhost";
    }
    return host.startsWith("*.") ? "warm-up" + host.substring(1) : host;
  }

  /**
   * The status of the answer; empty: it was broken off.
   *
   * @throws TimeoutException there was none in time; the application was interrupted
   */
  private Optional<Integer> await(Exchange exchange, Routes.Found route) throws TimeoutException {
    var answer = new Answer();
    var task =
        new FutureTask<>(() -> {
          new Call(exchange, answer::take, route, flags, new ResponseHeads()).run();
          return answer.status();
        });
    var thread = Thread.ofPlatform().daemon().name("yimmo-warm-up").start(task);
    try {
      return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a warm-up request failed in the server", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a warm-up was interrupted", e);
    } finally {
      if (!task.isDone()) {
        exchange.abandon();
        route.application().interrupt(thread);
      }
    }
  }

  /** Keeps the status; the content goes nowhere. <em>Thread:</em> that of the request. */
  private static final class Answer {
    private int begun;
    private boolean complete;

    void take(ResponsePart part) {
      part.discard();
      switch (part) {
        case ResponsePart.Whole(_, var head, _) -> answered(head);
        case ResponsePart.WholeInBlock(_, var head, _) -> answered(head);
        case ResponsePart.Start(_, var head, _) -> begun = head.status();
        case ResponsePart.More _, ResponsePart.Block _ -> {}
        case ResponsePart.End _ -> complete = true;
        case ResponsePart.Abort _ -> {}
        case ResponsePart.Upgraded _, ResponsePart.Expired _, ResponsePart.Refused _ ->
            throw new IllegalStateException("not for an application to say: " + part);
      }
    }

    private void answered(ResponseHead head) {
      begun = head.status();
      complete = true;
    }

    Optional<Integer> status() {
      return complete ? Optional.of(begun) : Optional.empty();
    }
  }
}
