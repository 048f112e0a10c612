/** proc. */
package org.yimmo.wsgi.proc;
