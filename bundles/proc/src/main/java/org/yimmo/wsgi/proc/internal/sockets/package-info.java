/** The few lines that need sockets Java does not know: passing descriptors, unix datagrams. */
package org.yimmo.wsgi.proc.internal.sockets;
