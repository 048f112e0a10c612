/** Serves an exchange: finds its application and runs it by the rules of PEP 3333. */
@Export
@Version("1.0.0")
package org.yimmo.wsgi.context;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
