package org.yimmo.wsgi.exchange;

/**
 * A complete request.
 *
 * <p>Strings hold one Latin-1 character per octet received.
 *
 * @param method the method, as sent (RFC 9110 §9.1: case-sensitive)
 * @param target the request target, as sent
 * @param path the path of the target, still percent-encoded; {@code "*"} and {@code ""} occur
 * @param query what followed the first {@code ?} of the target, or {@code ""}
 * @param protocol {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2}
 * @param fields the field section; trailers are not part of it
 * @param content the content, whole
 * @param endpoints the two ends of the connection
 */
public record Request(
    String method,
    String target,
    String path,
    String query,
    String protocol,
    Fields fields,
    Content content,
    Endpoints endpoints) {}
