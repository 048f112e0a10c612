package org.yimmo.wsgi.exchange;

/**
 * Status and fields of a response. Framing fields are not among them: the session adds {@code
 * Content-Length}, {@code Transfer-Encoding} and {@code Connection} as RFC 9112 §6 and §9 demand.
 *
 * @param status the status code, 200 to 599
 * @param reason the reason phrase, may be empty
 * @param fields the fields of the application, valid by RFC 9110 §5
 * @param contentLength octets of content, or {@link #UNKNOWN_LENGTH}. For a response that carries
 *     no content by rule (HEAD, 304) it is what Content-Length shall say
 */
public record ResponseHead(int status, String reason, Fields fields, long contentLength) {
  /** The length is not known before the content ends. */
  public static final long UNKNOWN_LENGTH = -1;
}
