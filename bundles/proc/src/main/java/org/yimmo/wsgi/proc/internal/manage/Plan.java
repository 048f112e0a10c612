package org.yimmo.wsgi.proc.internal.manage;

/**
 * What the settings ask of the manager. 0 switches a limit off.
 *
 * @param silenceMillis without a sign of life for so long a worker is taken for hung
 * @param maxRequestsJitter at most so much is added to a worker's {@code maxRequests}, so that not
 *     all of them are due at once
 * @param deploying workers are started when the first generation of applications is there
 */
record Plan(
    int processes,
    long graceMillis,
    long bootMillis,
    long silenceMillis,
    long maxRequests,
    long maxRequestsJitter,
    long maxAgeMillis,
    long maxMemoryBytes,
    boolean deploying) {}
