/**
 * Settings: from the command line, the environment and a file to the configurations that the other
 * bundles read.
 *
 * <p>Read {@link org.yimmo.wsgi.cli.internal.Setting} first: the table of all settings.
 */
package org.yimmo.wsgi.cli.internal;
