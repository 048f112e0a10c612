/**
 * One HTTP request with its response, and the queues that carry it between the server thread and a
 * worker thread.
 *
 * <p>Read {@link org.yimmo.wsgi.exchange.ExchangeQueues} first: it is the only road between the two
 * threads. Nothing here knows sockets, applications or Python.
 */
@Export
@Version("1.0.0")
package org.yimmo.wsgi.exchange;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
