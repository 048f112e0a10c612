/**
 * The I/O thread: listeners, TLS, reading and writing, on Netty. Netty's types stay in here.
 *
 * <p>Read {@link org.yimmo.wsgi.server.internal.ServerComponent} first.
 */
package org.yimmo.wsgi.server.internal;
