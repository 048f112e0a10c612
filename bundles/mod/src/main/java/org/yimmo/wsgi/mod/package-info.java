/** mod. */
package org.yimmo.wsgi.mod;
