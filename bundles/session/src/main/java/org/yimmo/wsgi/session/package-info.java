/**
 * One TCP connection as a state machine: RFC 9112 without sockets.
 *
 * <p>Read {@link org.yimmo.wsgi.session.Session} first: octets of requests go in, exchanges go to
 * workers, octets of responses come out. Everything here belongs to the I/O thread.
 */
@Export
@Version("1.0.0")
package org.yimmo.wsgi.session;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
