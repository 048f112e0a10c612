/**
 * What an application is to this server: PEP 3333 in Java terms.
 *
 * <p>A Java bundle that serves registers an {@link org.yimmo.wsgi.application.Application} service
 * and imports this package only.
 */
@Export
@Version("1.0.0")
package org.yimmo.wsgi.application;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
