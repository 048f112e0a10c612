/** session. */
package org.yimmo.wsgi.session;
