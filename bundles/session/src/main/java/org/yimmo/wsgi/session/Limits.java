package org.yimmo.wsgi.session;

import java.time.Duration;

/**
 * What a client may ask of this server.
 *
 * @param maxLineBytes the longest request line; longer: 414
 * @param maxFieldsBytes the longest field section, and trailer section; longer: 431
 * @param maxBodyBytes the longest content; longer: 413; 0: no limit
 * @param bodyMemoryBytes longer contents go to a temporary file
 * @param maxConcurrentStreams requests of one HTTP/2 connection at a time; more are refused
 * @param idleTimeout a connection on which no request begins for that long is closed
 * @param headerTimeout from the first octet of a head to its end; longer: 408
 * @param bodyTimeout the longest pause within a content; longer: 408
 * @param writeTimeout the longest pause in which the client takes nothing; longer: reset
 */
public record Limits(
    int maxLineBytes,
    int maxFieldsBytes,
    long maxBodyBytes,
    int bodyMemoryBytes,
    int maxConcurrentStreams,
    Duration idleTimeout,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration writeTimeout) {

  boolean allowsBody(long bytes) {
    return maxBodyBytes == 0 || bytes <= maxBodyBytes;
  }
}
