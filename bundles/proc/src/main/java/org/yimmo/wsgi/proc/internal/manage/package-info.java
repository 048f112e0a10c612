/** The manager: which worker processes there should be, and the few effects that bring them. */
package org.yimmo.wsgi.proc.internal.manage;
