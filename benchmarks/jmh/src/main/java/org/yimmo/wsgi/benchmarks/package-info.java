/**
 * Benchmarks of the hot path without sockets. Those that need what a bundle keeps to itself are in
 * the package of that name; on a plain class path they may.
 */
package org.yimmo.wsgi.benchmarks;
