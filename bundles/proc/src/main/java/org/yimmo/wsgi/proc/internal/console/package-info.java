/** The way to the console of this process. */
package org.yimmo.wsgi.proc.internal.console;
