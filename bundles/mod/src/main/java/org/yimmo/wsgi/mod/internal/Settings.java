package org.yimmo.wsgi.mod.internal;

/**
 * An application and what it needs.
 *
 * @param module the module to import, with dots
 * @param app an attribute of the module, or an expression to be evaluated in it
 */
record Settings(String module, String app, Surroundings surroundings) {
  /** What people call it when it has no other name. */
  String name() {
    return module + ":" + app;
  }
}
