package org.yimmo.wsgi.deploy.internal.release;

import java.util.regex.Pattern;

/** Names of applications, which are also names of folders. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private Names() {}

  static String require(String name) throws BadDropException {
    if (!NAME.matcher(name).matches()) {
      throw new BadDropException(
          ("cannot use the name \"%s\": letters, digits, dots, hyphens and underscores are possible,"
                  + " and a letter or digit first; another name can be given as \"name\" or as"
                  + " header Yimmo-WSGI-Name")
              .formatted(printable(name)));
    }
    return name;
  }

  /** A text for a message: what would break its line, or hides, is a question mark. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
  }
}
