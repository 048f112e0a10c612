package org.yimmo.wsgi.session;

import static org.yimmo.wsgi.session.FieldSection.NO_LENGTH;

import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Request;
import org.yimmo.wsgi.session.FieldSection.Expectation;

/** The head of a request: its line and its fields. */
record RequestHead(RequestLine line, FieldSection section) {
  /** What can only be judged with line and fields together. */
  void check() throws RefusedException {
    if (section.chunked() && !line.version11()) {
      throw RefusedException.bad("Transfer-Encoding in HTTP/1.0"); // RFC 9112 §6.1
    }
    // RFC 9112 §3.2
    if (section.hosts() > 1 || (section.hosts() == 0 && line.version11())) {
      throw RefusedException.bad("there must be one Host field");
    }
    if (!Grammar.isHost(section.host())) {
      throw RefusedException.bad("malformed Host");
    }
    if (line.method().equals("CONNECT")) {
      throw new RefusedException(Status.NOT_IMPLEMENTED, "this server is no proxy");
    }
    if (section.expectation() == Expectation.UNKNOWN && line.version11()) {
      throw new RefusedException(Status.EXPECTATION_FAILED, "unknown expectation");
    }
  }

  boolean hasContent() {
    return section.chunked() || section.contentLength() > 0;
  }

  /** Whether the client waits for 100; an HTTP/1.0 client never does (RFC 9110 §10.1.1). */
  boolean expectsContinue() {
    return line.version11() && section.expectation() == Expectation.CONTINUE;
  }

  /** Whether the client wants the connection to persist (RFC 9112 §9.3). */
  boolean persistent() {
    return !section.close() && (line.version11() || section.keepAlive());
  }

  boolean isHeadMethod() {
    return line.method().equals("HEAD");
  }

  /**
   * Whether a response has no content by rule (RFC 9110 §6.4.1).
   *
   * @param head of its request; null: it was refused
   */
  static boolean hasNoContent(RequestHead head, int status) {
    return status == 204 || status == 304 || (head != null && head.isHeadMethod());
  }

  String protocol() {
    return line.version().protocol;
  }

  long announcedLength() {
    return section.contentLength() == NO_LENGTH ? 0 : section.contentLength();
  }

  /** RFC 9112 §3.2.2: the authority of an absolute-form replaces the Host field. */
  Request request(Content content, Endpoints endpoints) {
    return new Request(
        line.method(),
        line.target(),
        line.path(),
        line.query(),
        protocol(),
        line.authority().isEmpty()
            ? section.fields()
            : FieldSection.withHost(section.fields(), line.authority()),
        content,
        endpoints);
  }
}
