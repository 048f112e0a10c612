/**
 * Starts a process: an OSGi framework, then the folders {@code bundles/1} to {@code bundles/5} one
 * after the other; and ends it in the opposite order. No bundle sees this package.
 */
package org.yimmo.wsgi.launcher;
