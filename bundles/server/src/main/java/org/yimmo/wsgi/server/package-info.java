/** server. */
package org.yimmo.wsgi.server;
