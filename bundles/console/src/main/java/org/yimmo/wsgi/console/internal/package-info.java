/** The console of a process: Gogo and JLine, and how what commands give is shown. */
package org.yimmo.wsgi.console.internal;
