package org.yimmo.wsgi.context.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.yimmo.wsgi.application.Application;

/** What the log says of a failure of an application. */
final class Traceback {
  private Traceback() {}

  /** On lines of its own, as the application describes it, or else the stack of Java. */
  static String of(Application application, Throwable failure) {
    var description = application.describe(failure);
    if (!description.isEmpty()) {
      return "\n" + description.stripTrailing();
    }
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return "\n" + trace.toString().stripTrailing();
  }
}
