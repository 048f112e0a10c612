/**
 * CPython in the server's process: the interpreter is chosen, started, and its application
 * registered. Nothing is exported.
 */
package org.yimmo.wsgi.mod;
