/** What the manager and its workers say to each other, and how it is written. */
package org.yimmo.wsgi.proc.internal.control;
