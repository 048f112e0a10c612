package org.yimmo.wsgi.session;

import org.osgi.annotation.versioning.ConsumerType;

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
      String userAgent) {}

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
