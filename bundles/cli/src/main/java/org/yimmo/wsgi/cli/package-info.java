/** cli. */
package org.yimmo.wsgi.cli;
