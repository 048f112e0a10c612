package org.yimmo.wsgi.deploy.internal.release;

/**
 * What is called: {@code module} or {@code module:expression}.
 *
 * @param app {@code application} when nothing else is said
 */
record Target(String module, String app) {
  static Target of(String text) {
    var colon = text.indexOf(':');
    return colon < 0
        ? new Target(text.strip(), "application")
        : new Target(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
  }
}
