package org.yimmo.wsgi.session;

import org.yimmo.wsgi.exchange.Fields;

/**
 * The head of a response in HTTP/2 (RFC 9113 §8.3.2).
 *
 * @param fields names in lower case; heads of an application that repeats itself have the same
 *     object
 * @param date what the date field says, the same object for a second; empty: it is among the fields
 * @param contentLength what content-length says; negative: no such field
 */
public record StreamHead(int status, Fields fields, String date, long contentLength) {}
