/** worker. */
package org.yimmo.wsgi.worker;
