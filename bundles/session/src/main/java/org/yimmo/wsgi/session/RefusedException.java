package org.yimmo.wsgi.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;

/** A request that is answered by the server itself; the message is for the client. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  final Status status;

  /** Without a stack trace: the client's fault is no news, and must not cost much. */
  RefusedException(Status status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** What the client reads. */
  byte[] content() {
    return (status.code + " " + status.reason + ": " + getMessage() + "\n").getBytes(ISO_8859_1);
  }

  /** The head for {@link #content}. */
  ResponseHead head() {
    var fields = Fields.builder(2).add("Content-Type", "text/plain");
    if (status == Status.SERVICE_UNAVAILABLE) {
      fields.add("Retry-After", "1");
    }
    return new ResponseHead(status.code, status.reason, fields.build(), content().length);
  }

  static RefusedException bad(String message) {
    return new RefusedException(Status.BAD_REQUEST, message);
  }

  static RefusedException notInTime() {
    return new RefusedException(Status.REQUEST_TIMEOUT, "the request did not arrive in time");
  }

  static RefusedException contentTooLarge() {
    return new RefusedException(Status.CONTENT_TOO_LARGE, "the content is too large");
  }

  static RefusedException notStored() {
    return new RefusedException(
        Status.INTERNAL_SERVER_ERROR, "the server could not store the content");
  }

  static RefusedException noWorker() {
    return new RefusedException(Status.SERVICE_UNAVAILABLE, "no worker is free; try again");
  }

  static RefusedException noAnswer() {
    return new RefusedException(Status.INTERNAL_SERVER_ERROR, "the application did not answer");
  }

  static RefusedException overdue() {
    return new RefusedException(Status.GATEWAY_TIMEOUT, "the application took longer than allowed");
  }
}
