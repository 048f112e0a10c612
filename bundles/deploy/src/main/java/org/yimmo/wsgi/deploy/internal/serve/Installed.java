package org.yimmo.wsgi.deploy.internal.serve;

import org.osgi.framework.Bundle;
import org.yimmo.wsgi.deploy.internal.release.Generation;

/** A member of a generation, and the bundle that it is here. */
record Installed(Generation.Member member, Bundle bundle) {}
