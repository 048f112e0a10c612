package org.yimmo.wsgi.application;

/**
 * One field of a response.
 *
 * @param name a token (RFC 9110 §5.1)
 * @param value Latin-1 characters, without controls
 */
public record Field(String name, String value) {}
