package org.yimmo.wsgi.mod.internal;

import java.util.List;

/**
 * The application and its surroundings.
 *
 * @param module the module to import, with dots
 * @param app an attribute of the module, or an expression to be evaluated in it
 * @param chdir directory to change to, or empty
 * @param pythonpath further directories for the front of {@code sys.path}
 * @param argv {@code sys.argv}
 */
record Settings(
    String module, String app, String chdir, List<String> pythonpath, List<String> argv) {
  /** What people call it. */
  String name() {
    return module + ":" + app;
  }
}
