/** Tests of the whole: how the bundles are wired, which walls hold, and what a client sees. */
package org.yimmo.wsgi.itests;
