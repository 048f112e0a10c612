package org.yimmo.wsgi.session;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.yimmo.wsgi.exchange.Endpoints;

/** Hears of every response that has ended. */
@ConsumerType
public interface AccessLog {
  /** Whether entries are wanted at all; if not, none are made. */
  boolean wanted();

  /** <em>Thread:</em> the I/O thread. <em>Blocks:</em> never; what cannot be kept is dropped. */
  void ended(Entry entry);

  /** Wants nothing. */
  static AccessLog none() {
    return None.INSTANCE;
  }

  /**
   * One request with its response. Strings are as received: one Latin-1 character per octet,
   * quotes, controls and all; what was not received is empty.
   *
   * @param epochMillis when the head of the request was complete
   * @param durationNanos from then to the last octet of the response handed to the connection
   * @param status the status code sent; 499 when the client left before there was one
   * @param contentBytes octets of response content, without framing
   */
  record Entry(
      long epochMillis,
      long durationNanos,
      String remoteAddress,
      String method,
      String target,
      String protocol,
      int status,
      long contentBytes,
      String referer,
      String userAgent) {
    private static final int CLIENT_LEFT = 499;

    /**
     * One that ends now.
     *
     * @param head empty: none was received
     * @param endpoints the client's view of the connection
     * @param status 0: none was sent
     */
    static Entry of(
        Optional<RequestHead> head,
        Endpoints endpoints,
        long startNanos,
        int status,
        long contentBytes) {
      var durationNanos = System.nanoTime() - startNanos;
      return new Entry(
          System.currentTimeMillis() - durationNanos / 1_000_000,
          durationNanos,
          endpoints.remoteAddress(),
          head.map(known -> known.line().method()).orElse(""),
          head.map(known -> known.line().target()).orElse(""),
          head.map(RequestHead::protocol).orElse(""),
          status == 0 ? CLIENT_LEFT : status,
          contentBytes,
          head.flatMap(known -> known.section().fields().first("Referer")).orElse(""),
          head.flatMap(known -> known.section().fields().first("User-Agent")).orElse(""));
    }
  }

  /** The log of those who want none. */
  enum None implements AccessLog {
    INSTANCE;

    @Override
    public boolean wanted() {
      return false;
    }

    @Override
    public void ended(Entry entry) {}
  }
}
